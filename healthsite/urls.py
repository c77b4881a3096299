"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from healthsite.api.customers import CustomerList, Explanation
from healthsite.pages.deep_dive import deep_dive
from healthsite.pages.front import favicon, healthz, readyz, robots
from healthsite.pages.plays.library import playbook, playbooks
from healthsite.pages.plays.plan import play, play_close
from healthsite.pages.plays.starting import play_start
from healthsite.pages.portfolio import portfolio, portfolio_export
from healthsite.pages.tasks.listing import tasks
from healthsite.pages.tasks.making import task_new
from healthsite.pages.tasks.one import task, task_act
from healthsite.pages.tasks.reassigning import tasks_reassign
from healthsite.pages.timeline.logging import log
from healthsite.pages.timeline.page import timeline
from healthsite.pages.timeline.undoing import undo_log
from healthsite.pages.today.page import today

urlpatterns = [
    path("", today, name="home"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("customers/", portfolio, name="customers"),
    path("customers.csv", portfolio_export, name="customers-csv"),
    path("customers/<int:pk>/", deep_dive, name="customer"),
    path("customers/<int:pk>/timeline/", timeline, name="timeline"),
    path("customers/<int:pk>/log/", log, name="log"),
    path("log/<int:pk>/undo/", undo_log, name="log-undo"),
    path("tasks/", tasks, name="tasks"),
    path("tasks/new/", task_new, name="task-new"),
    path("tasks/reassign/", tasks_reassign, name="tasks-reassign"),
    path("tasks/<int:pk>/", task, name="task"),
    path("tasks/<int:pk>/act/", task_act, name="task-act"),
    path("customers/<int:pk>/plan/start/", play_start, name="play-start"),
    path("playbooks/", playbooks, name="playbooks"),
    path("playbooks/<slug:key>/", playbook, name="playbook"),
    path("plays/<int:pk>/", play, name="play"),
    path("plays/<int:pk>/close/", play_close, name="play-close"),
    path("api/customers/", CustomerList.as_view(), name="api-customers"),
    path("api/customers/<int:pk>/explanation/", Explanation.as_view(), name="api-explanation"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
