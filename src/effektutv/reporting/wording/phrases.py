"""Every fixed word of the report, in Swedish and English, under one key."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Catalogue

from .phrases_checks import CHECKS
from .phrases_consort import CONSORT
from .phrases_credibility import CREDIBILITY
from .phrases_findings import FINDINGS
from .phrases_formats import FORMATS
from .phrases_further import FURTHER
from .phrases_limits import LIMITS
from .phrases_method import METHOD
from .phrases_orders import ORDERS
from .phrases_plan import PLAN
from .phrases_print import PRINT
from .phrases_received import RECEIVED

if TYPE_CHECKING:
    from effektutv.i18n import Lang

__all__ = ["PHRASES", "Words"]

#: key: (Swedish, English). Braces are filled by name.
PHRASES: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------------------------------------------------- the page
    "skip": ("Till innehållet", "Skip to the content"),
    "contents": ("Innehåll", "Contents"),
    "link_to": ("Länk till avsnittet {title}", "Link to the section {title}"),
    "show_table": ("Figuren i ord och siffror", "The figure in words and numbers"),
    "numbers_of_figure": ("Siffrorna bakom figuren:", "The numbers behind the figure:"),
    "figure_n": ("Figur {n}. {title}", "Figure {n}. {title}"),
    "table_n": ("Tabell {n}. {title}", "Table {n}. {title}"),
    "files": ("Filer:", "Files:"),
    "about_table": ("Om tabellen", "About the table"),
    "abbreviations": ("Förkortningar", "Abbreviations"),
    "full_precision": ("Med nio värdesiffror:", "To nine significant digits:"),
    "outcome": ("Utfall", "Outcome"),
    "suppressed": ("visas inte: för få personer", "not shown: too few persons"),
    "unavailable": ("finns inte", "not available"),
    "not_asked": ("prövas inte", "not tested"),
    "not_adjusted_main": (
        "den primära jämförelsen prövas ensam och justeras därför inte",
        "the primary contrast is tested alone and therefore not adjusted",
    ),
    "not_adjusted_level": (
        "effekten i en nivå prövas inte för sig: det som prövas och justeras är skillnaden i effekt",
        "the effect in a level is not tested by itself: what is tested and adjusted is the difference in effects",
    ),
    "not_adjusted": ("ingår inte i någon familj av justerade p-värden", "belongs to no family of adjusted p-values"),
    "not_redrawn_start": (
        "ingen omdragning räknat från egen start: när någon börjar kan bero på gruppen",
        "not redrawn when counted from each person’s own start: when a person starts may depend on the arm",
    ),
    "not_redrawn": ("ingen omdragning här", "not redrawn here"),
    "and": ("och", "and"),
    "or": ("eller", "or"),
    "synthetic_title": ("Syntetiska data.", "Synthetic data."),
    "synthetic_text": (
        "Personerna och siffrorna i denna rapport är påhittade. De säger ingenting om verkliga människor eller insatser.",
        "The people and the numbers in this report are made up. They say nothing about real people or programmes.",
    ),
    "synthetic_note": ("Syntetiska data.", "Synthetic data."),
    "uncleared_title": ("Inte godkänd för publicering.", "Not cleared for publication."),
    "uncleared_text": (
        "Små celler är borttagna tillsammans med dem som de kunde räknas fram ur, men ingen dataägare har godkänt skyddet. "
        "Sprid inte rapporten.",
        "Small cells are removed together with those that they could be worked out from, but no data owner has cleared the "
        "protection. Do not circulate the report.",
    ),
    "byline": ("Data till och med {date}", "Data to {date}"),
    "colophon": (
        "Framställd med effektutv {version}. Studiefil {study}.",
        "Made with effektutv {version}. Study file {study}.",
    ),
    # ------------------------------------------------------------------------------------------------------- sections
    "summary": ("Sammanfattning", "Summary"),
    "people": ("Deltagare och flöde", "Participants and flow"),
    "balance": ("Balans mellan grupperna", "Balance between the arms"),
    "effects": ("Huvudresultat", "Main results"),
    "kinds": ("Typ av arbete och källa", "Kind of work and source"),
    "months": ("Månad för månad", "Month by month"),
    "subgroups": ("Undergrupper", "Subgroups"),
    "quality": ("Datakvalitet", "Data quality"),
    "method": ("Metod", "Method"),
    "about": ("Om rapporten", "About this report"),
    # ---------------------------------------------------------------------------------------------------- time, groups
    "since_randomisation": ("{months} efter randomiseringen", "{months} after randomisation"),
    "since_start": ("{months} efter egen start", "{months} after each person’s own start"),
    "months_n": ("{n} månader", "{n} months"),
    "months_1": ("1 månad", "1 month"),
    "clock_randomisation": ("Räknat från randomiseringen", "Counted from randomisation"),
    "clock_start": (
        "Räknat från egen start (inte skyddat av randomiseringen)",
        "Counted from each person’s own start (not protected by randomisation)",
    ),
    "not_protected": ("inte skyddat av randomiseringen", "not protected by randomisation"),
    "everyone": ("Alla", "Everyone"),
    "missing_level": ("Uppgift saknas", "Not known"),
    "interaction": ("Skillnad i effekt", "Difference in effect"),
    "interaction_of": ("Skillnad i effekt: {second} − {first}", "Difference in effect: {second} − {first}"),
    "interaction_cross": ("Skillnad mellan skillnader i effekt", "Difference of differences in effect"),
    "interaction_joint": ("Gemensamt test av lika effekt", "Joint test of equal effects"),
    # -------------------------------------------------------------------------------------------------------- headers
    "contrast": ("Jämförelse", "Comparison"),
    "arm": ("Grupp", "Arm"),
    "persons": ("Antal personer", "Persons"),
    "of_persons": ("av {n} personer", "of {n} persons"),
    "difference_of": ("Skillnad {contrast}", "Difference {contrast}"),
    "level": ("Nivå", "Level"),
    "category": ("Kategori", "Category"),
    "ci_short": ("{level} KI", "{level} CI"),
    "smd_weighted": ("Vägd efter stratum", "Weighted by stratum"),
    "smd_raw": ("Utan vägning", "Unweighted"),
    "no_effects": ("Inga effekter skattades.", "No effects were estimated."),
    "note_share_of_arm": (
        "Andelar av gruppens personer som kan följas till månaden; de är avrundade och summerar inte alltid till totalen.",
        "Shares of the arm’s persons who can be followed to the month; they are rounded and do not always add up to the total.",
    ),
    "persons_unit": ("personer", "persons"),
    "share_or_mean": ("Andel i procent, eller medelvärde", "Share in per cent, or mean"),
    "estimand_meaning": ("Innebörd", "Meaning"),
    "source": ("Källa", "Source"),
    "engine": ("läst med", "read with"),
    "quality_clean": ("Ingen regel bröts.", "No rule was broken."),
    "about_text": (
        "Studie: {study}. Slumptalsfrö: {seed}. Samma indata, studiefil och frö ger samma rapport, byte för byte. Filernas "
        "kontrollsummor står i manifest.json.",
        "Study: {study}. Random seed: {seed}. The same inputs, study file and seed give the same report, byte for byte. The "
        "files’ checksums are in manifest.json.",
    ),
    "share": ("Andel", "Share"),
    "mean": ("Medelvärde", "Mean"),
    "in_arm": ("första", "first"),
    "in_control": ("andra", "second"),
    "estimate": ("skattning", "estimate"),
    "difference": ("Skillnad", "Difference"),
    "se": ("standardfel", "standard error"),
    "ci": ("{level} konfidensintervall", "{level} confidence interval"),
    "cis": ("{level} konfidensintervall", "{level} confidence intervals"),
    "p": ("p\u2011värde", "p\u2011value"),
    "p_model": ("t\u2011test", "t\u2011test"),
    "p_randomization": ("omdraget", "redrawn"),
    "p_adjusted": ("justerat", "adjusted"),
    "percent": ("procent", "per cent"),
    "points": ("procentenheter", "percentage points"),
    "month": ("Månad", "Month"),
    "stage": ("Steg", "Stage"),
    "remaining": ("Kvar", "Remaining"),
    "left": ("Bortfall", "Left"),
    "reason": ("Skäl", "Reason"),
    "started": ("Började", "Started"),
    "median_delay": ("Tid till start, median", "Time to start, median"),
    "days": ("dagar", "days"),
    "characteristic": ("Egenskap", "Characteristic"),
    "smd": ("Standardiserad skillnad", "Standardised difference"),
    "smd_max": ("Största", "Largest"),
    "estimator": ("Estimator", "Estimator"),
    "rule": ("Regel", "Rule"),
    "extract": ("Utdrag", "Extract"),
    "column": ("Kolumn", "Column"),
    "rows": ("Rader", "Rows"),
    "rows_checked": ("Prövade rader", "Rows checked"),
    "rows_failing": ("Rader som bryter", "Rows that break it"),
    "severity": ("Grad", "Severity"),
    "error": ("fel", "error"),
    "warning": ("varning", "warning"),
    "note": ("anmärkning", "note"),
    "fewer_than_5": ("färre än 5", "fewer than 5"),
    "file": ("Fil", "File"),
    "name": ("Namn", "Name"),
    "value": ("Värde", "Value"),
    # ------------------------------------------------------------------------------------------------------ flow stages
    "stage_listed": ("I tabellen", "In the table"),
    "stage_asked": ("Tillfrågade", "Asked"),
    "stage_consented": ("Samtyckte", "Consented"),
    "stage_randomised": ("Randomiserade", "Randomised"),
    "stage_started": ("Började insatsen", "Started the intervention"),
    "stage_analysed": ("Ingår i huvudanalysen", "In the main analysis"),
    "reason_declined": ("tackade nej", "declined"),
    "reason_not_randomised": ("inte randomiserade", "not randomised"),
    "reason_never_started": ("började aldrig", "never started"),
    "reason_follow_up_incomplete": ("uppföljningen räcker inte", "follow-up does not reach"),
    "reason_outcome_missing": ("utfallet saknas", "outcome missing"),
    # ------------------------------------------------------------------------------------------------------- captions
    "flow_table": ("Deltagarflöde", "Participant flow"),
    "flow_figure": ("Deltagarna från tillfrågan till analys", "Participants from invitation to analysis"),
    "starts_table": ("Vilka som började insatsen, och hur snart", "Who started the intervention, and how soon"),
    "balance_table": ("Egenskaper före randomiseringen", "Characteristics before randomisation"),
    "love_figure": (
        "Skillnader mellan grupperna före randomiseringen",
        "Differences between the arms before randomisation",
    ),
    "primary_table": ("Huvudutfallet: {outcome}", "The primary outcome: {outcome}"),
    "others_table": ("Övriga utfall. {clock}", "Other outcomes. {clock}"),
    "others_table_plain": ("Övriga utfall", "Other outcomes"),
    "robust_table": (
        "Huvudutfallet med andra estimatorer: {outcome}",
        "The primary outcome under other estimators: {outcome}",
    ),
    "kinds_table": ("Typ av arbete {when}", "Kind of work {when}"),
    "kinds_figure": ("Andel i arbete efter typ, {when}", "Share in work by kind, {when}"),
    "sources_table": (
        "Vilka register som känner till arbetet {when}",
        "Which registers know of the work {when}",
    ),
    "profile_figure": ("{outcome} efter månader sedan {zero}", "{outcome} by months since {zero}"),
    "zero_randomisation": ("randomiseringen", "randomisation"),
    "zero_start": ("egen start", "own start"),
    "forest_figure": ("Effekt på huvudutfallet efter undergrupp", "Effect on the primary outcome by subgroup"),
    "subgroup_table": ("Effekt efter {group}: {outcome}", "Effect by {group}: {outcome}"),
    "quality_table": ("Vad kontrollen av utdragen fann", "What the checks of the extracts found"),
    "read_table": ("Inlästa rader", "Rows read"),
    "estimand_table": ("Vad som skattas", "What is estimated"),
    "versions_table": ("Versioner", "Versions"),
    "af_only": ("Endast Arbetsförmedlingen", "Public Employment Service only"),
    "ku_only": ("Endast kontrolluppgift", "Control statement only"),
    "both": ("Båda", "Both"),
    "total": ("Totalt", "Total"),
    # ------------------------------------------------------------------------------------------------------ estimators
    "estimator_difference": ("skillnad i medelvärden", "difference in means"),
    "estimator_blocked": ("stratumviktad skillnad i medelvärden", "stratum-weighted difference in means"),
    "estimator_fe": ("regression med stratumeffekter", "regression with stratum effects"),
    "estimator_fe_one": ("regression på grupp", "regression on the arm"),
    "estimator_lin": (
        "regression med centrerade kovariater samverkande med grupp (Lin)",
        "regression with centred covariates interacted with the arm (Lin)",
    ),
    "estimator_lin_strata": (
        "regression med strata samverkande med grupp (Lin)",
        "regression with strata interacted with the arm (Lin)",
    ),
    "estimator_lin_one": ("regression på grupp (Lin)", "regression on the arm (Lin)"),
    "estimator_pooled": (
        "en regression med alla grupper och stratumeffekter, till jämförelse",
        "one regression of all arms with stratum effects, for comparison",
    ),
    "note_contamination": (
        "En regression med alla grupper blandar in de andra gruppernas effekter (Goldsmith-Pinkham, Hull och Kolesár). Den "
        "visas för att läsaren ska se hur mycket den skulle skilja, inte som skattning.",
        "One regression of all arms mixes in the other arms’ effects (Goldsmith-Pinkham, Hull and Kolesár). It is shown so "
        "that the reader sees by how much it would differ, not as an estimate.",
    ),
    "vcov_robust": ("robust varians {name}", "robust variance {name}"),
    "estimator_logit": (
        "logistisk regression, skillnad i genomsnittlig sannolikhet",
        "logistic regression, difference in average probability",
    ),
    "estimator_ipw": (
        "medelvärden vägda med omvänd lottningssannolikhet",
        "means weighted by the inverse probability of assignment",
    ),
    "vcov_CR2": ("klustrad varians CR2", "clustered variance CR2"),
    "vcov_classical": ("klassisk varians", "classical variance"),
    # ---------------------------------------------------------------------------------------------------------- notes
    "note_estimand": (
        "Estimand: effekten av att ha lottats till gruppen, bland {population}; utfall: {outcome}; jämförelser: {contrasts}; "
        "händelser efter randomiseringen: {intercurrent}; mått: {summary}.",
        "Estimand: the effect of assignment to the arm, among {population}; outcome: {outcome}; comparisons: {contrasts}; "
        "intercurrent events: {intercurrent}; summary: {summary}.",
    ),
    "outcome_each": ("vart och ett i tabellen, {when}", "each in the table, {when}"),
    "outcome_each_plain": ("vart och ett i tabellen", "each in the table"),
    "outcome_each_row": ("vart och ett i tabellen, vid månaden som står där", "each in the table, at the month stated there"),
    "intercurrent_short": (
        "döda räknas som inte i tillståndet, utvandrade som inte i arbete, den som inte kan följas till månaden ingår inte",
        "those who have died count as not in the state, those who have emigrated as not in work, those whose follow-up does not "
        "reach the month are left out",
    ),
    "intercurrent_short_unknown": (
        "dödsfall och flyttningar är inte kända, den som inte kan följas till månaden ingår inte",
        "deaths and moves are not known, those whose follow-up does not reach the month are left out",
    ),
    "intercurrent_short_plain": ("den som saknar utfall ingår inte", "whose outcome is missing is left out"),
    "summary_short_share": ("skillnad i andelar", "difference in proportions"),
    "summary_short_mean": ("skillnad i medelvärden", "difference in means"),
    "population_registers": ("alla som samtyckte och randomiserades", "all who consented and were randomised"),
    "population_table": ("alla randomiserade", "all randomised"),
    "note_estimator": (
        "Estimator: {estimator}; {vcov}. Intervallen är {level}.",
        "Estimator: {estimator}; {vcov}. Intervals are {level}.",
    ),
    "note_intervals": ("Intervallen är {level}.", "Intervals are {level}."),
    "note_weighted": (
        "Skillnaderna är viktade över strata och kan därför avvika något från skillnaden mellan gruppernas värden.",
        "The differences are weighted over strata and may therefore differ a little from the difference between the arms’ "
        "values.",
    ),
    "family_other_contrasts_holm": (
        "Justerade p-värden: jämförelserna utöver den primära är en familj, justerad tillsammans (Holm).",
        "Adjusted p-values: the contrasts other than the primary one are a family, adjusted together (Holm).",
    ),
    "family_planned_interactions_holm": (
        "Justerade p-värden: de skillnader i effekt som anges som planerade, för den primära jämförelsen, är en familj, justerad "
        "tillsammans (Holm).",
        "Adjusted p-values: the differences in effect that are declared as planned, for the primary contrast, are a family, "
        "adjusted together (Holm).",
    ),
    "family_named": ("Justerade p-värden: familjen {name}.", "Adjusted p-values: the family {name}."),
    "note_randomization": (
        "Omdraget p-värde: grupperna dras om på samma sätt {draws} gånger, med studentiserad teststorhet.",
        "Redrawn p-value: the arms are drawn again in the same way {draws} times, with a studentised statistic.",
    ),
    "note_randomization_plain": (
        "Omdraget p-värde: grupperna dras om på samma sätt, med studentiserad teststorhet.",
        "Redrawn p-value: the arms are drawn again in the same way, with a studentised statistic.",
    ),
    "note_family_plain": (
        "p-värdena är inte justerade för flera jämförelser.",
        "The p-values are not adjusted for multiple comparisons.",
    ),
    "note_family_none": (
        "Utforskande: p-värdena är inte justerade för flera jämförelser.",
        "Exploratory: the p-values are not adjusted for multiple comparisons.",
    ),
    "note_suppressed": (
        "‥ visas inte: för få personer, eller så att sådana inte kan räknas fram.",
        "‥ not shown: too few persons, or so that those cannot be worked out.",
    ),
    "note_unavailable": ("– finns inte: kunde inte skattas.", "– not available: could not be estimated."),
    "note_not_protected": (
        "Räknat från egen start är jämförelsen inte skyddad av randomiseringen: vem som börjar, och när, kan bero på gruppen.",
        "Counted from each person’s own start the comparison is not protected by randomisation: who starts, and when, "
        "may depend on the arm.",
    ),
    "note_start_fallback": (
        "Den som aldrig började räknas från randomiseringen plus medianväntan {within}över alla grupper.",
        "Those who never started are counted from randomisation plus the median delay {within}over all arms.",
    ),
    "delay_in_stratum": ("i samma stratum ", "in the same stratum "),
    "note_balance": (
        "Standardiserad skillnad: skillnaden i medelvärden delad med roten ur gruppernas genomsnittliga varians, före viktning. "
        "Standardavvikelse inom parentes.",
        "Standardised difference: the difference in means over the square root of the arms’ mean variance, before weighting. "
        "Standard deviation in parentheses.",
    ),
    "note_omnibus": (
        "Gemensamt test av alla egenskaper och grupper: χ² = {statistic}, {df}, {p}.",
        "One test of all characteristics and arms: χ² = {statistic}, {df}, {p}.",
    ),
    "omnibus_df_one": ("1 frihetsgrad", "1 degree of freedom"),
    "omnibus_df": ("{n} frihetsgrader", "{n} degrees of freedom"),
    "love_markers": (
        "Ofyllda markörer är utan vägning; fyllda är vägda efter stratum.",
        "Hollow markers are unweighted; filled ones are weighted by stratum.",
    ),
    "note_omnibus_redrawn": (
        "Med grupperna omdragna på samma sätt: {p}.",
        "With the arms drawn again in the same way: {p}.",
    ),
    "omnibus_alike": (
        "Ingen större olikhet mellan grupperna än vad lottningen väntas ge kunde påvisas.",
        "The arms were not found to differ more than the random assignment alone would be expected to make them.",
    ),
    "omnibus_differs": (
        "Grupperna är mer olika än vad lottningen väntas ge.",
        "The arms differ more than the random assignment alone would be expected to make them.",
    ),
    "note_no_omnibus": (
        "Det gemensamma testet av alla egenskaper kunde inte räknas.",
        "The joint test of all characteristics could not be computed.",
    ),
    "note_profile": (
        "Banden är punktvisa {level}, för varje månad och grupp för sig.",
        "Bands are pointwise {level}, each month and arm by itself.",
    ),
    "note_bands": (
        "Figurens ljusare band är simultana: vart och ett rymmer gruppens hela kurva, månad {months}, med samma säkerhet "
        "({draws} dragningar).",
        "The figure’s lighter bands are simultaneous: each holds its arm’s whole curve, months {months}, with the same "
        "confidence ({draws} draws).",
    ),
    "note_bands_without": (
        "{arm} saknar variation månad {months}: det simultana bandet omfattar inte dem.",
        "{arm} has no variation at month {months}: the simultaneous band leaves these out.",
    ),
    "subtitle_shares": ("Andel i procent av {persons}.", "Per cent of {persons}."),
    "subtitle_mean": ("Medelvärde för {persons}.", "Mean of {persons}."),
    "subtitle_smd": (
        "Standardiserad skillnad i medelvärde för varje par av grupper, {persons}.",
        "Standardised mean difference for each pair of arms, {persons}.",
    ),
    "subtitle_points": (
        "Skillnad mot jämförelsen i procentenheter, {persons}.",
        "Difference from the comparison in percentage points, {persons}.",
    ),
    "subtitle_unit": ("Skillnad mot jämförelsen i {unit}, {persons}.", "Difference from the comparison in {unit}, {persons}."),
    "subtitle_randomised": ("{persons} som randomiserades", "{persons} randomised"),
    "note_forest": (
        "Skillnaden i effekt mellan nivåerna avgör om effekten skiljer sig; att ett intervall rymmer noll och ett annat inte gör "
        "det är inget fynd. Figurens p-värden är ojusterade; de justerade står i tabellerna.",
        "Whether the effect differs is decided by the difference in effect between the levels; that one interval covers zero and "
        "another does not is no finding. The figure’s p-values are not adjusted; the adjusted ones are in the tables.",
    ),
    "note_forest_strata": (
        "Skillnaden i effekt jämför nivåerna i samma strata med samma vikter och är därför inte exakt skillnaden mellan raderna "
        "ovanför.",
        "The difference in effect compares the levels within the same strata by the same weights, so that it is not quite the "
        "difference of the rows above it.",
    ),
    "note_sources": ("{followed} Jämför raderna.", "{followed} Compare the rows."),
    "followed_longer": (
        "Arbetsförmedlingen följer personer med SIUS-konsult längre än andra, så att arbete kan bli mer känt i en grupp än i en "
        "annan.",
        "The employment service follows people with a SIUS consultant longer than others, so that work may be better known in "
        "one arm than in another.",
    ),
    "followed_plain": (
        "Arbete kan vara mer känt i en grupp än i en annan.",
        "Work may be better known in one arm than in another.",
    ),
    "subgroup_planned": (
        "Undergruppen var bestämd i förväg, i den plan som låstes.",
        "The subgroup was specified in advance, in the plan that was locked.",
    ),
    "subgroup_declared": (
        "Undergruppen anges som planerad i studiefilen; planen låstes inte innan utfallen lästes.",
        "The subgroup is declared as planned in the study file; the plan was not locked before outcomes were read.",
    ),
    "subgroup_exploratory": (
        "Undergruppen anges inte som planerad: resultatet är utforskande.",
        "The subgroup is not declared as planned: the result is exploratory.",
    ),
    "protection_uncleared": (
        "Skydd: små celler och de som skulle avslöja dem är borttagna; inte godkänt för publicering.",
        "Protection: small cells and those that would reveal them are removed; not cleared for publication.",
    ),
    "protection_cleared": (
        "Skydd: små celler och de som skulle avslöja dem är borttagna.",
        "Protection: small cells and those that would reveal them are removed.",
    ),
    "protection_public": (
        "Skydd: inget behövs, uppgifterna är offentliga.",
        "Protection: none needed, the records are public.",
    ),
}  # fmt: skip


class Words:
    """The report's fixed words in one language: ``words("key", name=value)``.

    Parameters
    ----------
    lang : {"sv", "en"}
    """

    def __init__(self, lang: str) -> None:
        self.lang: Lang = i18n.parse(lang)

    def __call__(self, key: str, **values: str) -> str:
        """Return a phrase with its placeholders filled; values that it has no place for are left out.

        Parameters
        ----------
        key : str
        **values : str
        """
        wanted = {name for _, name, _, _ in Formatter().parse(_CATALOGUE[key][self.lang]) if name}
        return _CATALOGUE.text(key, self.lang, **{k: v for k, v in values.items() if k in wanted})

    def has(self, key: str) -> bool:
        """Return whether there is such a phrase.

        Parameters
        ----------
        key : str
        """
        return key in _CATALOGUE


_CATALOGUE = Catalogue({})
for _phrases in (
    PHRASES,
    FINDINGS,
    METHOD,
    FURTHER,
    FORMATS,
    CREDIBILITY,
    PRINT,
    PLAN,
    RECEIVED,
    LIMITS,
    CONSORT,
    CHECKS,
    ORDERS,
):
    if _twice := sorted(set(_CATALOGUE) & set(_phrases)):
        raise ArgumentError(f"phrases: {_twice} stand in two tables; give one of them another key")
    _CATALOGUE = _CATALOGUE.extended({key: {"sv": sv, "en": en} for key, (sv, en) in _phrases.items()})
