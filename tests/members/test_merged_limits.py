"""What rules with limits gave two members who are one is counted together."""

from members.models import Member
from tests.members.test_limits import buy, extra, limit
from tests.members.twins import carer, merge, twin, unmerge

__all__ = ["carer", "twin"]


class TestALimitPerMember:
    def test_counts_what_both_had(self, ada: Member, twin: Member, carer):
        limit(per_member={"day": {"points": 25}})
        for member, key in ((ada, "a"), (twin, "b")):
            assert extra(buy(member, key=key)) == 10

        merge(twin, ada, carer)

        assert [extra(buy(ada, key=key)) for key in "cd"] == [5, "member-limit-reached"]

    def test_counts_each_alone_once_it_is_undone(self, ada: Member, twin: Member, carer):
        limit(per_member={"day": {"times": 2}})
        for member, key in ((ada, "a"), (twin, "b")):
            buy(member, key=key)
        merged = merge(twin, ada, carer)
        assert extra(buy(ada, key="c")) == "member-limit-reached"

        unmerge(merged, carer)

        assert [extra(buy(ada, key=key)) for key in "de"] == [10, "member-limit-reached"]
        assert [extra(buy(twin, key=key)) for key in "fg"] == [10, "member-limit-reached"]
