from collections import Counter

from django.urls import get_resolver

from loyalty.core import problems


class TestTheCodesOfRefusals:
    def test_are_one_class_s_each(self):
        assert get_resolver().url_patterns, "loads every door, and every refusal with it"

        own = [refusal.code for refusal in problems.known_refusals() if "code" in vars(refusal)]

        assert [code for code, classes in Counter(own).items() if classes > 1] == []
        assert len(own) > 40
