"""Words of the ICEMAN items, and the notes of the further estimators, in Swedish and English."""

from __future__ import annotations

__all__ = ["CREDIBILITY"]

#: key: (Swedish, English).
CREDIBILITY: dict[str, tuple[str, str]] = {
    "credibility_table": (
        "Hur trovärdig är en skillnad i effekt? ({group})",
        "How credible is a difference in effect? ({group})",
    ),
    "item": ("Fråga", "Item"),
    "item_direction": (
        "Var riktningen angiven i förväg, och är det den som syns?",
        "Was the direction stated beforehand, and is it the one found?",
    ),
    "item_prior_evidence": ("Stöds skillnaden av tidigare studier?", "Is it supported by prior evidence?"),
    "item_chance": ("Är slumpen en osannolik förklaring?", "Is chance an unlikely explanation?"),
    "item_number": (
        "Prövades få undergrupper, eller justerades för antalet?",
        "Were few subgroups tested, or was their number corrected for?",
    ),
    "item_cut_points": (
        "Undveks godtyckliga gränser för en kontinuerlig egenskap?",
        "Were arbitrary cut points of a continuous characteristic avoided?",
    ),
    "item_overall": ("Sammantagen trovärdighet", "Overall credibility"),
    "answer_definitely_reduced": ("talar klart emot", "clearly speaks against"),
    "answer_probably_reduced": ("talar sannolikt emot", "probably speaks against"),
    "answer_probably_increased": ("talar sannolikt för", "probably speaks for"),
    "answer_definitely_increased": ("talar klart för", "clearly speaks for"),
    "answer_unclear": ("oklart", "unclear"),
    "answer_not_applicable": ("gäller inte", "does not apply"),
    "answer_very_low": ("mycket låg", "very low"),
    "answer_low": ("låg", "low"),
    "answer_moderate": ("måttlig", "moderate"),
    "answer_high": ("hög", "high"),
    "note_credibility": (
        "Frågorna är de i ICEMAN för randomiserade försök (Schandelmaier m.fl. 2020). De bedömer om effekten skiljer sig mellan "
        "nivåerna, inte om den finns.",
        "The items are those of ICEMAN for randomised trials (Schandelmaier et al. 2020). They judge whether the effect differs "
        "between the levels, not whether there is one.",
    ),
    "family_exploratory_interactions_holm": (
        "Justerade p-värden: de utforskande skillnaderna i effekt är en egen familj, justerad tillsammans (Holm).",
        "Adjusted p-values: the exploratory differences in effect are a family of their own, adjusted together (Holm).",
    ),
    # ----------------------------------------------------------------------------------------- notes of the estimators
    "told_crossing": (
        "hur många som fick insatsen i {programme} skiljer sig mellan {arm} och {control} med mer än de angivna {share}, så att "
        "lottningen verkar även genom den insatsen",
        "receipt of the programme of {programme} differs between {arm} and {control} by more than the declared {share}, so that "
        "the assignment acts through that programme too",
    ),
    "told_no_first_stage": ("lottningen påverkar inte vem som får insatsen", "the assignment does not move receipt"),
    "told_exact_receipt": ("alla fick precis den insats de lottades till", "receipt follows the assignment exactly"),
    "told_ar_open": (
        "lottningen påverkar för få: Anderson–Rubins mängd är inget intervall",
        "the assignment moves too few: Anderson and Rubin’s set is no interval",
    ),
    "told_weak": (
        "lottningen påverkar få (F under 10): läs Anderson–Rubins mängd, inte intervallet",
        "the assignment moves few (F below 10): read Anderson and Rubin’s set, not the interval",
    ),
    "told_already": (
        "{persons} i arbete dag 0 ingår inte",
        "{persons} in work on day 0 left out",
    ),
    "told_competing": (
        "död och utvandring avslutar tiden under risk",
        "death and emigration end the time at risk",
    ),
    "told_short": (
        "uppföljningen i en grupp slutar före horisonten",
        "follow-up in an arm ends before the horizon",
    ),
    "told_no_tightening": (
        "Lees gränser är inte skärpta med egenskaper: svarsandelarna skiljer sig inte åt samma håll överallt",
        "Lee’s bounds are not tightened by characteristics: response does not differ in one direction everywhere",
    ),
    "told_responded": ("{arm}: {persons} svarade", "{arm}: {persons} responded"),
    "told_worth": (
        "{arm}: {persons} svarade, efter vägning värda {worth}",
        "{arm}: {persons} responded, worth {worth} after weighting",
    ),
    "told_silent": (
        "{arm}: strata utan någon som svarade är inte företrädda ({persons})",
        "{arm}: strata without a respondent are not represented ({persons})",
    ),
    "told_thin": (
        "{arm}: några som svarade står för mer än {n} personer var",
        "{arm}: some respondents stand for more than {n} persons each",
    ),
    "told_lost_bare": (
        "{strata} utan båda grupperna ingår inte ({persons})",
        "{strata} without both arms left out ({persons})",
    ),
    "told_lost_every": (
        "{strata} utan alla grupper ingår inte ({persons})",
        "{strata} without every arm left out ({persons})",
    ),
    "told_respondents": (
        "respondenter jämförs: inte skyddat av randomiseringen",
        "respondents are compared: not protected by randomisation",
    ),
}  # fmt: skip
