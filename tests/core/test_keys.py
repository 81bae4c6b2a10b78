from loyalty.core import keys


class TestDigest:
    def test_is_sixty_four_characters_and_never_changes(self):
        assert keys.digest(scope="cli_1", key="abc") == (
            "7e17dd1d8cd7035c38fcb900384fd04ff7c7dad24b1a00e7daf5e37c531f6776"
        )

    def test_differs_between_callers_and_between_keys(self):
        made = {keys.digest(scope=s, key=k) for s in ("a", "ab") for k in ("bc", "c")}

        assert len(made) == 4
