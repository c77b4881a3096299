"""Asks a person something about a customer, on a page of its own or in a dialog on any other, and writes it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Customer, User
from accounts.noting import NotLogged, may_log
from healthsite.pages.judgements.forms import CustomerForm
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked (`title` stands before the customer's name), by which form, who may answer, and what is written.

    `write` gets what the form says, the customer and the person, and gives a sentence about what was done.
    """

    title: str
    lead: str
    button: str
    form: type[CustomerForm]
    write: Callable[[dict[str, Any], Customer, User], str]
    allows: Callable[[User, Customer], bool] = lambda user, _: may_log(user)


def answer(request: HttpRequest, pk: int, question: Question, **initial: Any) -> HttpResponse:
    """The form; sent, it is written down, or comes back with what is wrong (422). Out of scope is not there."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    if not question.allows(user, customer):
        raise PermissionDenied
    back, sent = way_back(request, customer), request.method == "POST"
    form = question.form(request.POST if sent else None, customer=customer, initial=initial)
    if sent and (done := _written(question, form, user)):
        messages.success(request, done)
        return redirect(back)
    context = {"customer": customer, "question": question, "form": form, "next": back, "address": request.path}
    return render(request, "judgements/question.html", context, status=422 if sent else 200)


def _written(question: Question, form: CustomerForm, user: User) -> str:
    """What was done, in a sentence; empty where it was refused, and then the form says why."""
    if not form.is_valid():
        return ""
    try:
        return question.write(form.cleaned_data, form.customer, user)
    except NotLogged as refusal:
        form.refuse(refusal.errors)
        return ""
