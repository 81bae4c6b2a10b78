from members import consent_texts
from members.models import ConsentChannel, ConsentPurpose


class TestTexts:
    def test_ask_only_what_can_be_answered(self):
        asked = {ConsentChannel(channel) for channel, _purpose in consent_texts.TEXTS}
        for_what = {ConsentPurpose(purpose) for _channel, purpose in consent_texts.TEXTS}

        assert asked == {ConsentChannel.EMAIL, ConsentChannel.SMS}
        assert for_what == set(ConsentPurpose)

    def test_have_versions_that_name_them_alone(self):
        texts = [text for versions in consent_texts.TEXTS.values() for text in versions]

        assert len({text.version for text in texts}) == len(texts) == 5
        assert all(len(text.version) <= 40 for text in texts)
        for pair, versions in consent_texts.TEXTS.items():
            assert {(text.channel, text.purpose) for text in versions} == {pair}


class TestOnEnrolling:
    def test_nothing_is_asked_that_holds_unless_somebody_objects(self):
        asked = {text.version for text in consent_texts.get_asked_on_enrolling()}

        assert "email-marketing-1" in asked
        assert "email-surveys-1" not in asked


class TestCurrent:
    def test_is_the_last_wording(self):
        text = consent_texts.current(channel="EMAIL", purpose="MARKETING")

        assert text == consent_texts.TEXTS["EMAIL", "MARKETING"][-1]
        assert consent_texts.current(channel="POST", purpose="MARKETING") is None


class TestTextOf:
    def test_finds_a_wording_by_its_version(self):
        text = consent_texts.text_of("sms-marketing-1")

        assert text is not None
        assert text.words(language="fr").startswith("J’accepte de recevoir par SMS")
        assert text.words(language="en-gb").startswith("I agree to receive")
        assert consent_texts.text_of("somebody-else-1") is None
