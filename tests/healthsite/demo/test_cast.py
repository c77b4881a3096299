"""Who plays which part: every story is told of several customers."""

from __future__ import annotations

from collections import Counter

import pytest

from healthsite.demo.stories import CAST, STORIES, TERRITORY, is_of, story_of


def test_each_story_but_the_territory_is_told_of_at_least_two_of_the_200() -> None:
    told = Counter(story_of(number).key for number in range(200))
    assert set(told) == set(STORIES)
    assert told.pop("territory") == 1
    assert min(told.values()) >= 2


def test_the_cast_repeats_in_multiples_of_eight_so_that_every_csm_meets_every_story() -> None:
    assert len(CAST) % 8 == 0


def test_the_territory_comes_after_every_other_story() -> None:
    assert max(CAST.index(story) for story in CAST) < TERRITORY
    assert story_of(TERRITORY).external_id == "56088"


@pytest.mark.parametrize(
    ("story", "external_id", "lives_it"),
    [
        ("steady", "D0001", True),
        ("growing", "D0001", False),
        ("growing", "D0002", True),
        ("territory", "56088", False),  # the one that has a name of its own counts for none
    ],
)
def test_a_story_is_found_by_external_id(story: str, external_id: str, lives_it: bool) -> None:
    assert is_of(story, external_id) is lives_it
