"""What the demo's members answer: believable, and the same in every demo."""

from loyalty.demo import opinions
from loyalty.demo.opinions import QUESTIONS

RECOMMEND, GIFT, HELP = QUESTIONS


def nps(*, month: int, tier: str = "") -> float:
    """Return the score of five thousand answers of a month."""
    told = [
        opinions.score(question=RECOMMEND, occasion=f"{n}", month=month, tier=tier)
        for n in range(5_000)
    ]
    return 100 * (sum(s >= 9 for s in told) - sum(s <= 6 for s in told)) / len(told)


class TestTheScores:
    def test_are_on_their_scales(self):
        for question, scale in ((RECOMMEND, range(11)), (GIFT, range(1, 6)), (HELP, range(1, 8))):
            told = {
                opinions.score(question=question, occasion=f"{n}", month=5, tier="")
                for n in range(2_000)
            }
            assert told <= set(scale)
            assert len(told) > 4

    def test_move_with_the_story(self):
        december, may, gold = nps(month=12), nps(month=5), nps(month=5, tier="gold")

        assert 28 < december < 38 < may < 50
        assert gold > may

    def test_come_with_words_that_fit(self):
        told = {opinions.words(question=RECOMMEND, occasion=f"{n}", score=0) for n in range(200)}

        assert "" in told
        assert "Rien à redire, je reviens chaque semaine." not in told
        assert len(told) == 6
