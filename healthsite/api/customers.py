"""Customers with their scores as JSON: a list, and one score explained. Both start from `visible_to`."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Customer
from healthsite.pages.visitors import user_of
from scoring.explaining import NotScored, as_json, explain


class Pages(PageNumberPagination):
    """At most 200 customers at a time."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer and the numbers of the current score; null where there is none."""

    score = serializers.FloatField(source="current_score.score", default=None)
    role = serializers.CharField(source="current_score.role", default="")
    coverage = serializers.FloatField(source="current_score.coverage", default=None)
    as_of = serializers.DateField(source="current_score.as_of", default=None)

    class Meta:
        model = Customer
        fields = ("id", "external_id", "name", "industry", "size", "renewal_on", "score", "role", "coverage", "as_of")


class Asked(serializers.Serializer[Any]):
    """What a request for an explanation may name."""

    as_of = serializers.DateField(required=False, default=None)
    against = serializers.DateField(required=False, default=None)


class CustomerList(ListAPIView[Customer]):
    """The customers that the person who asks may see, by name."""

    serializer_class = CustomerSerializer
    pagination_class = Pages

    def get_queryset(self) -> Any:
        """The portfolio, with its scores."""
        visible = Customer.objects.visible_to(user_of(self.request))
        return visible.select_related("current_score").order_by("name", "pk")


class Explanation(APIView):
    """One score with its contributions, and the exact split of a change: the form of `explain --json`."""

    def get(self, request: Request, pk: int) -> Response:
        """The current score, or that recorded for `as_of`; `against` adds the split. 404 where nothing is stored."""
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        customer = get_object_or_404(Customer.objects.visible_to(user_of(request)), pk=pk)
        try:
            explained = explain(customer, asked.validated_data["as_of"])
            since = asked.validated_data["against"]
            against = explain(customer, since) if since else None
        except NotScored as missing:
            raise NotFound(str(missing)) from missing
        return Response(as_json(explained, customer.external_id, against))
