"""The page of a measure says when its figure was revised, and by what."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from analytics.models import Cause, KeptFigure, MeasureSettings
from loyalty.programmes.models import Programme
from tests.conftest import NOON
from tests.desk.measures.conftest import text_of

LOST = "lost_members/?period=2026-02"


class TestAFigureThatWasRevised:
    def test_says_when_somebody_changed_the_settings(self, bought: Programme, page: Any):
        before = text_of(page(LOST))
        with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
            MeasureSettings.objects.create(pk=1, lost_after_days=20)

        after = text_of(page(LOST))

        assert "mode de calcul" not in before
        assert (
            "10 mars 2026 à 12:05 : les réglages des mesures ont changé, ou leur mode de calcul"
        ) in after
        assert "en retard" not in after

    @pytest.mark.parametrize(
        ("cause", "words"),
        [
            (Cause.DATA, "10 mars 2026 à 12:00 : des données"),
            (Cause.BOTH, "et les réglages des mesures ont changé"),
            ("", "10 mars 2026 à 12:00 </dd>"),
        ],
    )
    def test_says_what_it_was(self, bought: Programme, page: Any, cause: str, words: str):
        page(LOST)
        KeptFigure.objects.update(revised_at=NOON, revised_by=cause)

        assert words in text_of(page(LOST))
