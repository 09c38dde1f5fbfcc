"""The sentences of findings, in Swedish and English."""

from __future__ import annotations

__all__ = ["FINDINGS"]

#: key: (Swedish, English).
FINDINGS: dict[str, tuple[str, str]] = {
    "shares": (
        "{topic}: {arm_value} i {arm} mot {control_value} i {control}.",
        "{topic}: {arm_value} in {arm} against {control_value} in {control}.",
    ),
    "values": (
        "{arm_value} i {arm} mot {control_value} i {control}.",
        "{arm_value} in {arm} against {control_value} in {control}.",
    ),
    "versus": ("{arm} jämfört med {control}.", "{arm} compared with {control}."),
    "term_by": ("Efter {group}", "By {group}"),
    "term_others": ("Övriga jämförelser", "The other comparisons"),
    "term_start": ("Räknat från egen start", "Counted from each person’s own start"),
    "effect_suppressed_short": (
        "Jämförelsen av {arm} och {control} kan inte visas, för antalet personer bakom den är för litet.",
        "The comparison of {arm} and {control} cannot be shown, because too few persons are behind it.",
    ),
    "effect_unavailable_short": (
        "Skillnaden mellan {arm} och {control} kunde inte skattas.",
        "The difference between {arm} and {control} could not be estimated.",
    ),
    "estimated_at": ("Skillnaden skattas till {estimate}.", "The difference is estimated at {estimate}."),
    "zero_outside": ("Intervallet rymmer inte noll", "The interval does not cover zero"),
    "zero_just_outside": (
        "Intervallet slutar strax intill noll, utan att rymma det",
        "The interval ends just short of zero",
    ),
    "outside_primary": (
        "{zero}: så stor skillnad väntas sällan av lottningen ensam.",
        "{zero}: a difference of this size would seldom come from the random assignment alone.",
    ),
    "outside_plain": ("{zero}.", "{zero}."),
    "outside_start": (
        "{zero}, men räknat från egen start är jämförelsen inte skyddad av randomiseringen.",
        "{zero}, but counted from each person’s own start the comparison is not protected by randomisation.",
    ),
    "outside_family": (
        "{zero}, och även med hänsyn till de jämförelser som prövas tillsammans väntas så stor skillnad sällan av lottningen "
        "ensam ({p}).",
        "{zero}, and also when the comparisons tested together are allowed for, a difference of this size would seldom come from "
        "the random assignment alone ({p}).",
    ),
    "outside_family_not": (
        "{zero} för jämförelsen för sig, men med hänsyn till de jämförelser som prövas tillsammans kan lottningen ensam inte "
        "uteslutas på nivån {level} ({p}).",
        "{zero} for this comparison by itself, but when the comparisons tested together are allowed for, the random assignment "
        "alone is not ruled out at the {level} level ({p}).",
    ),
    "start_not_protected": (
        "Räknat från egen start är jämförelsen inte skyddad av randomiseringen.",
        "Counted from each person’s own start the comparison is not protected by randomisation.",
    ),
    "p_adjusted_is": ("justerat {p}", "adjusted {p}"),
    "p_adjusted_below": ("justerat {p}, strax under {level}", "adjusted {p}, just below {level}"),
    "p_adjusted_above": ("justerat {p}, strax över {level}", "adjusted {p}, just above {level}"),
    "p_adjusted_at": ("justerat {p}, på själva gränsen {level}", "adjusted {p}, at the {level} itself"),
    "exploratory_plain": ("Utforskande, inte justerat.", "Exploratory, not adjusted."),
    "exploratory_adjusted": (
        "Utforskande; justerat inom familjen av utforskande skillnader i effekt.",
        "Exploratory; adjusted within the family of exploratory differences in effect.",
    ),
    "compatible": (
        "Skillnaden skattas till {estimate}: förenligt med data är allt från {lower} till {higher} i {arm}.",
        "The difference is estimated at {estimate}: compatible with the data is anything from {lower} to {higher} in {arm}.",
    ),
    "next_to_none_lower": ("i stort sett ingen skillnad", "next to no difference"),
    "next_to_none_higher": ("i stort sett ingen skillnad", "next to no difference"),
    "lower_share": ("en andel som är {size} lägre", "a share {size} lower"),
    "higher_share": ("en andel som är {size} högre", "a share {size} higher"),
    "lower_mean": ("ett värde som är {size} lägre", "a value {size} lower"),
    "higher_mean": ("ett värde som är {size} högre", "a value {size} higher"),
    "lower_time": ("en tid som är {size} kortare", "a time {size} shorter"),
    "higher_time": ("en tid som är {size} längre", "a time {size} longer"),
    "no_interval": (
        "Skillnaden skattas till {size}; dess osäkerhet kunde inte skattas.",
        "The difference is estimated at {size}; its uncertainty could not be estimated.",
    ),
    "effect_suppressed": (
        "{topic}: jämförelsen av {arm} och {control} kan inte visas, för antalet personer bakom den är för litet.",
        "{topic}: the comparison of {arm} and {control} cannot be shown, because too few persons are behind it.",
    ),
    "effect_unavailable": (
        "{topic}: skillnaden mellan {arm} och {control} kunde inte skattas.",
        "{topic}: the difference between {arm} and {control} could not be estimated.",
    ),
    "differs": (
        "Effekten av {arm} jämfört med {control} skiljer sig efter {group}: den skattas till {size} {direction} bland {second} "
        "än bland {first} ({ci} {span}; {p}).",
        "The effect of {arm} compared with {control} differs by {group}: it is estimated at {size} {direction} among {second} "
        "than among {first} ({ci} {span}; {p}).",
    ),
    "differs_plain": (
        "Effekten av {arm} jämfört med {control} skattas till {size} {direction} bland {second} än bland {first} ({ci} {span}). "
        "{zero}.",
        "The effect of {arm} compared with {control} is estimated at {size} {direction} among {second} than among {first} "
        "({ci} {span}). {zero}.",
    ),
    "differs_by_itself": (
        "Effekten av {arm} jämfört med {control} skattas till {size} {direction} bland {second} än bland {first} ({ci} {span}). "
        "{zero} för denna skillnad för sig, men med hänsyn till de skillnader i effekt som prövas tillsammans kan slumpen inte "
        "uteslutas ({p}).",
        "The effect of {arm} compared with {control} is estimated at {size} {direction} among {second} than among {first} "
        "({ci} {span}). {zero} for this difference by itself, but when the differences in effect tested together are allowed "
        "for, chance is not ruled out ({p}).",
    ),
    "not_differs": (
        "Data visar inte att effekten av {arm} jämfört med {control} skiljer sig mellan {first} och {second}: skillnaden i "
        "effekt skattas till {size} ({ci} {span}).",
        "The data do not show that the effect of {arm} compared with {control} differs between {first} and {second}: the "
        "difference in effects is estimated at {size} ({ci} {span}).",
    ),
    "joint_differs": (
        "Effekten av {arm} jämfört med {control} skiljer sig efter {group} (gemensamt test, {p}).",
        "The effect of {arm} compared with {control} differs by {group} (joint test, {p}).",
    ),
    "joint_not_differs": (
        "Data visar inte att effekten av {arm} jämfört med {control} skiljer sig efter {group} (gemensamt test, {p}).",
        "The data do not show that the effect of {arm} compared with {control} differs by {group} (joint test, {p}).",
    ),
    "interaction_suppressed": (
        "Om effekten av {arm} jämfört med {control} skiljer sig efter {group} kan inte visas: antalet personer är för litet.",
        "Whether the effect of {arm} compared with {control} differs by {group} cannot be shown: there are too few persons.",
    ),
    "interaction_unavailable": (
        "Om effekten av {arm} jämfört med {control} skiljer sig efter {group} kunde inte skattas.",
        "Whether the effect of {arm} compared with {control} differs by {group} could not be estimated.",
    ),
    "level_effects": ("Effekten skattas till {levels}.", "The effect is estimated at {levels}."),
    "level_effect": ("{size} ({span}) bland {level}", "{size} ({span}) among {level}"),
    "level_point": ("{size} bland {level}", "{size} among {level}"),
    "level_suppressed": ("(visas inte) bland {level}", "(not shown) among {level}"),
    "level_unavailable": ("(kunde inte skattas) bland {level}", "(could not be estimated) among {level}"),
    "larger": ("större", "larger"),
    "smaller": ("mindre", "smaller"),
    "people_level": ("personer {level}", "people {level}"),
}
