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
    "excludes": (
        "Skillnaden skattas till {estimate}. Intervallet rymmer inte noll: så stor skillnad väntas sällan av lottningen ensam.",
        "The difference is estimated at {estimate}. The interval does not cover zero: a difference of this size would seldom "
        "come from the random assignment alone.",
    ),
    "excludes_start": (
        "Skillnaden skattas till {estimate}. Intervallet rymmer inte noll, men räknat från egen start är jämförelsen inte "
        "skyddad av randomiseringen.",
        "The difference is estimated at {estimate}. The interval does not cover zero, but counted from each person’s own start "
        "the comparison is not protected by randomisation.",
    ),
    "covers": (
        "Ingen skillnad kunde påvisas: den skattas till {estimate}, så att både {lower} och {higher} i {arm} är "
        "förenliga med siffrorna.",
        "No difference was found: it is estimated at {estimate}, so that both {lower} and {higher} in {arm} are "
        "compatible with the figures.",
    ),
    "lower_share": ("en lägre", "a lower"),
    "higher_share": ("en högre andel", "a higher share"),
    "lower_mean": ("ett lägre", "a lower"),
    "higher_mean": ("ett högre värde", "a higher value"),
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
        "än bland {first} ({ci} {span}).",
        "The effect of {arm} compared with {control} differs by {group}: it is estimated at {size} {direction} among {second} "
        "than among {first} ({ci} {span}).",
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
