"""Where one goes after writing something: back to the page one came from."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Customer


def way_back(request: HttpRequest, customer: Customer) -> str:
    """The address in `next` where it is one of this site, else the customer's page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    if "\0" not in wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=secure
    ):
        return wanted
    return customer.get_absolute_url()
