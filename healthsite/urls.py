"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from healthsite.api.customers import CustomerList, Explanation
from healthsite.pages.deep_dive import deep_dive
from healthsite.pages.front import favicon, healthz, home, readyz, robots
from healthsite.pages.portfolio import portfolio, portfolio_export

urlpatterns = [
    path("", home, name="home"),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("customers/", portfolio, name="customers"),
    path("customers.csv", portfolio_export, name="customers-csv"),
    path("customers/<int:pk>/", deep_dive, name="customer"),
    path("api/customers/", CustomerList.as_view(), name="api-customers"),
    path("api/customers/<int:pk>/explanation/", Explanation.as_view(), name="api-explanation"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
