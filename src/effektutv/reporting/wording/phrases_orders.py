"""Fixed words about what cannot be true together, what no source covers, and what was declared and occurs nowhere.

Rules and advice of the checks beside those of :mod:`effektutv.reporting.wording.phrases_checks`. The English is the text of
the check itself, by which it is found; what stands in braces is of the study file.
"""

from __future__ import annotations

__all__ = ["ORDERS"]

#: key: (Swedish, English).
ORDERS: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------------------------------------------------- coverage
    "rule_sources_covered": (
        "täckning: varje månad för varje deltagare",
        "coverage: every month of every participant",
    ),
    "advice_sources_covered": (
        "dessa månader saknas, de är inte noll: beställ det register som täcker dem, eller följ färre månader",
        "these months are missing, not zero: order the register that covers them, or follow fewer months",
    ),
    "rule_events_covered": (
        "täckning: dödsfall och flyttningar varje månad för varje deltagare",
        "coverage: deaths and moves in every month of every participant",
    ),
    "advice_events_covered": (
        "dessa månader saknas: vem som då dog eller flyttade är inte känt; beställ dödsfall och flyttningar för hela tiden",
        "these months are missing: who died or moved away then is not known; order deaths and moves for the whole time",
    ),
    "rule_events_unknown": (
        "registret inte levererat: dödsfall och flyttningar är inte kända",
        "register not delivered: deaths and moves are not known",
    ),
    "advice_events_unknown": (
        "den som dog eller flyttade räknas som kvar; beställ dödsfall och flyttningar",
        "whoever died or moved away counts as if still there; order deaths and moves",
    ),
    "rule_cutoff_first": (
        "täckning: någon rad till och med cutoff",
        "coverage: some row until the cut-off",
    ),
    "advice_cutoff_first": (
        "varje rad är senare än cutoff: rätta cutoff i studiefilen",
        "every row is later than the cut-off: correct cutoff in the study file",
    ),
    "rule_years_of": ("kolumnens år: {low} till {high}", "years of the column: {low} to {high}"),
    "advice_years_of": (
        "kolumnen berättar bara om dessa år: det som står i den för andra år räknas inte",
        "the column tells of these years only: what stands in it for others is left out",
    ),
    "advice_years_of_baseline": (
        "kovariaten saknas för den vars år före lottningen är ett annat; ta en annan kolumn",
        "the covariate is missing for whoever has another year before randomisation; take another column",
    ),
    "rule_years_of_codes": ("kodlistans år: {low} till {high}", "years of the code list: {low} to {high}"),
    "advice_years_of_codes": (
        "koder återanvänds för annat andra år; fråga registerhållaren vad de betydde dessa dagar",
        "codes are used again for something else in other years; ask the register's owner what they meant on these days",
    ),
    # ------------------------------------------------------------------------------------------------- half of a fact
    "rule_half": (
        "båda eller ingendera: insatsgrupp och lottningsdag",
        "both or neither: arm and day of randomisation",
    ),
    "advice_half": (
        "den som lottades har båda, och alla lottade ska vara med: fråga efter den uppgift som saknas",
        "whoever was randomised has both, and everyone randomised is to be included: ask for the one that is missing",
    ),
    "rule_declined_drawn": (
        "ingen insatsgrupp och ingen lottningsdag utan samtycke",
        "no arm and no day of randomisation without consent",
    ),
    "advice_declined_drawn": (
        "personen är inte med: den som drog sig ur efter lottningen var lottad och ska vara kvar; fråga när samtycket gavs",
        "the person is left out: whoever withdrew after the draw was randomised and must stay; ask when consent was given",
    ),
    "rule_undrawn": (
        "ingen start och inget avhopp för den som inte lottades",
        "no start and no drop-out of whoever was not randomised",
    ),
    "advice_undrawn": (
        "personen räknas som inte lottad: fråga om lottningen saknas",
        "the person is left out as not randomised: ask whether the draw is missing",
    ),
    "rule_probability": ("sannolikhet mellan 0 och 1", "probability between 0 and 1"),
    "advice_probability": (
        "en grupp kan inte lottas med sannolikheten 0, och med 1 lottades ingenting; fråga efter lottningens sannolikheter",
        "an arm drawn with probability 0 cannot be, and with 1 nothing was drawn; ask for the draw's probabilities",
    ),
    # -------------------------------------------------------------------------------------------------- orders of days
    "rule_left_drawn": ("ordning: avhopp inte före lottningen", "order: drop-out not before randomisation"),
    "rule_left_started": ("ordning: avhopp inte före starten", "order: drop-out not before the start"),
    "advice_which_day": ("fråga vilken av de båda dagarna som är rätt", "ask which of the two days is right"),
    "advice_never_active": (
        "fråga vilken av de båda dagarna som är rätt; till dess är personen aldrig kvar i insatsen",
        "ask which of the two days is right; until then the person is never active",
    ),
    "rule_started_late": (
        "ordning: start inte efter insatsernas slut",
        "order: start not after the interventions' end",
    ),
    "advice_started_late": (
        "fråga vilken dag som är rätt, och se interventions_end i studiefilen",
        "ask which day is right, and see interventions_end in the study file",
    ),
    "rule_drawn_late": (
        "ordning: lottad innan utfallens källor slutar",
        "order: randomised before the sources of outcomes end",
    ),
    "advice_drawn_late": (
        "inget utfall är känt för dessa personer; kontrollera dagarna, och cutoff i studiefilen",
        "no outcome is known of these persons; check the days, and cutoff in the study file",
    ),
    "rule_dead_before": ("ordning: inte död före lottningen", "order: death not before randomisation"),
    "advice_dead_before": (
        "ingen död lottades: numret eller en dag är fel; fråga registerhållaren",
        "nobody dead was randomised: the number or a day is wrong; ask the register's owner",
    ),
    "rule_after_death": ("ordning: ingen händelse efter döden", "order: no event after death"),
    "advice_after_death": (
        "den första dödsdagen gäller; fråga registerhållaren vilken dag som är rätt",
        "the first death counts; ask the register's owner which day is right",
    ),
    "rule_abroad": ("ordning: inte utomlands vid lottningen", "order: not abroad when randomised"),
    "advice_abroad": (
        "den som då bodde utomlands är borta tills hon återvänder; fråga registerhållaren om en återkomst saknas",
        "whoever lived abroad then is away until she returns; ask the register's owner whether a return is missing",
    ),
    "rule_same_day": ("ut och in samma dag", "out and in on the same day"),
    "advice_same_day": (
        "den som flyttar ut och in samma dag, i vilken ordning som helst, är inte borta",
        "whoever leaves and returns on one day, in whichever order, is not away",
    ),
    "rule_born": ("ordning: född före lottningen", "order: born before randomisation"),
    "advice_born": (
        "ingen lottas före födseln: numret eller ett år är fel; fråga registerhållaren",
        "nobody is randomised before birth: the number or a year is wrong; ask the register's owner",
    ),
    "rule_age": ("ålder vid lottningen: {low} till {high}", "age at randomisation: {low} to {high}"),
    "advice_another": (
        "numret kan vara någon annans; fråga registerhållaren",
        "the number may be another person's; ask the register's owner",
    ),
    "rule_one_birth": ("samma födelseår varje år", "the same year of birth in every year"),
    "advice_two_persons": (
        "numret kan stå för två personer; fråga registerhållaren",
        "the number may stand for two persons; ask the register's owner",
    ),
    "rule_reported_early": (
        "ordning: ingen redovisning före lottningens månad",
        "order: no report before the month of randomisation",
    ),
    "advice_reported_early": (
        "timmarna räknas inte: de kan inte höra till insatsen",
        "these hours are left out: they cannot be of the programme",
    ),
    "rule_reported_late": (
        "ordning: ingen redovisning efter insatsernas slut",
        "order: no report after the interventions' end",
    ),
    "advice_reported_late": (
        "timmarna räknas inte; se interventions_end i studiefilen",
        "these hours are left out; check interventions_end in the study file",
    ),
    "rule_before_birth": ("ordning: ingenting före födseln", "order: nothing before birth"),
    "rule_begins_dead": ("ordning: ingenting börjar efter döden", "order: nothing begins after death"),
    "advice_begins_dead": (
        "den som är död är inte i något tillstånd; fråga registerhållaren om dödsfallet eller numret är fel",
        "whoever is dead is in no state; ask the register's owner whether the death or the number is wrong",
    ),
    # ----------------------------------------------------------------------------------------------------------- pay
    "rule_declared_value": ("angivet värde förekommer: {value}", "declared value occurs: {value}"),
    "rule_declared_word": (
        "angivet ord för saknat värde förekommer: {value}",
        "declared word for missing occurs: {value}",
    ),
    "rule_declared_level": ("angiven nivå förekommer: {value}", "declared level occurs: {value}"),
    "advice_declared_near": (
        "ett värde där skiljer sig bara i versaler, blanktecken eller inledande nollor (olika värden: {n})",
        "a value there differs from it only in case, blanks or zeros in front (different values: {n})",
    ),
    "advice_declared_none": (
        "skriv det som det står i kolumnen (olika värden där: {n})",
        "write it as it stands in the column (different values there: {n})",
    ),
    "rule_no_level": ("värde i en angiven nivå: {name}", "value of a declared level: {name}"),
    "advice_no_level": (
        "ett värde utan nivå saknas; ange den nivå som det hör till",
        "a value of no level is missing; declare the level that it belongs to",
    ),
    "rule_pay": ("lön över 0", "pay above 0"),
    "advice_pay": (
        "lön läggs ihop per person, arbetsgivare och månader; där inget blir kvar är det ingen månad i arbete",
        "pay is added up by person, employer and months; where nothing is left there is no month of work",
    ),
}
