"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from healthsite.api.customers import CustomerList, Explanation
from healthsite.pages.deep_dive import deep_dive
from healthsite.pages.front import favicon, healthz, readyz, robots
from healthsite.pages.judgements.desk import desk
from healthsite.pages.judgements.ending import expectation_end, override_end
from healthsite.pages.judgements.page import judgements
from healthsite.pages.judgements.saying import expectation_ask, objection_ask, override_ask, pulse_ask
from healthsite.pages.judgements.settling import settlement_ask
from healthsite.pages.metrics.catalogue import metrics
from healthsite.pages.metrics.making import metric_new
from healthsite.pages.metrics.one import metric, metric_retire
from healthsite.pages.plays.library import playbook, playbooks
from healthsite.pages.plays.plan import play, play_close
from healthsite.pages.plays.starting import play_start
from healthsite.pages.portfolio import portfolio, portfolio_export
from healthsite.pages.rules.saying import rule_say
from healthsite.pages.rules.vocabularies import vocabularies
from healthsite.pages.rules.vocabulary import vocabulary, vocabulary_move, vocabulary_new
from healthsite.pages.runs.acts import backfill_ask, backfill_stop, run_retry
from healthsite.pages.runs.page import runs
from healthsite.pages.scorecards.comparing import scorecard_differences
from healthsite.pages.scorecards.list import scorecard_presets, scorecards
from healthsite.pages.scorecards.placing import scorecard_choice
from healthsite.pages.scorecards.preview import scorecard_preview, scorecard_preview_csv
from healthsite.pages.scorecards.publishing import (
    preset_draft,
    scorecard_delete,
    scorecard_draft,
    scorecard_proposal,
    scorecard_publish,
    scorecard_restore,
    scorecard_shadow_run,
)
from healthsite.pages.scorecards.shadow import scorecard_shadow, scorecard_shadow_csv
from healthsite.pages.scorecards.version import scorecard, scorecard_definition
from healthsite.pages.standing.setting import stage_set
from healthsite.pages.sureness.page import sureness
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
    path("customers/<int:pk>/score/", sureness, name="sureness"),
    path("customers/<int:pk>/timeline/", timeline, name="timeline"),
    path("customers/<int:pk>/log/", log, name="log"),
    path("customers/<int:pk>/judgements/", judgements, name="judgements"),
    path("customers/<int:pk>/override/", override_ask, name="override"),
    path("overrides/<int:pk>/end/", override_end, name="override-end"),
    path("customers/<int:pk>/object/", objection_ask, name="object"),
    path("customers/<int:pk>/pulse/", pulse_ask, name="pulse"),
    path("customers/<int:pk>/expect/", expectation_ask, name="expect"),
    path("expectations/<int:pk>/end/", expectation_end, name="expectation-end"),
    path("customers/<int:pk>/settle/", settlement_ask, name="settle"),
    path("disagreements/", desk, name="disagreements"),
    path("customers/<int:pk>/stage/", stage_set, name="stage-set"),
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
    path("rules/", vocabularies, name="vocabularies"),
    path("rules/say/", rule_say, name="rule-say"),
    path("rules/<slug:kind>/new/", vocabulary_new, name="vocabulary-new"),
    path("rules/<slug:kind>/<slug:key>/", vocabulary, name="vocabulary"),
    path("rules/<slug:kind>/<slug:key>/move/", vocabulary_move, name="vocabulary-move"),
    path("scorecards/", scorecards, name="scorecards"),
    path("scorecards/presets/", scorecard_presets, name="scorecard-presets"),
    path("scorecards/presets/<slug:key>/draft/", preset_draft, name="preset-draft"),
    path("scorecards/for/<slug:key>/", scorecard_choice, name="scorecard-choice"),
    path("scorecards/<int:pk>/", scorecard, name="scorecard"),
    path("scorecards/<int:pk>/definition.json", scorecard_definition, name="scorecard-definition"),
    path("scorecards/<int:pk>/differences/", scorecard_differences, name="scorecard-differences"),
    path("scorecards/<int:pk>/draft/", scorecard_draft, name="scorecard-draft"),
    path("scorecards/<int:pk>/delete/", scorecard_delete, name="scorecard-delete"),
    path("scorecards/<int:pk>/publish/", scorecard_publish, name="scorecard-publish"),
    path("scorecards/<int:pk>/proposal/", scorecard_proposal, name="scorecard-proposal"),
    path("scorecards/<int:pk>/restore/", scorecard_restore, name="scorecard-restore"),
    path("scorecards/<int:pk>/preview/", scorecard_preview, name="scorecard-preview"),
    path("scorecards/<int:pk>/preview.csv", scorecard_preview_csv, name="scorecard-preview-csv"),
    path("scorecards/<int:pk>/shadow/", scorecard_shadow, name="scorecard-shadow"),
    path("scorecards/<int:pk>/shadow.csv", scorecard_shadow_csv, name="scorecard-shadow-csv"),
    path("scorecards/<int:pk>/shadow/run/", scorecard_shadow_run, name="scorecard-shadow-run"),
    path("metrics/", metrics, name="metrics"),
    path("metrics/new/", metric_new, name="metric-new"),
    path("metrics/<slug:key>/", metric, name="metric"),
    path("metrics/<slug:key>/retire/", metric_retire, name="metric-retire"),
    path("runs/", runs, name="runs"),
    path("runs/backfill/", backfill_ask, name="backfill-ask"),
    path("runs/backfill/<int:pk>/stop/", backfill_stop, name="backfill-stop"),
    path("runs/<int:pk>/retry/", run_retry, name="run-retry"),
    path("api/customers/", CustomerList.as_view(), name="api-customers"),
    path("api/customers/<int:pk>/explanation/", Explanation.as_view(), name="api-explanation"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
