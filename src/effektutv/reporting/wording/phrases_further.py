"""Words of the questions beyond the mean difference: time, survey, compliance, power, contamination, credibility."""

from __future__ import annotations

__all__ = ["FURTHER"]

#: key: (Swedish, English).
FURTHER: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------------------------------------------------- sections
    "robustness": ("Robusthet", "Robustness"),
    "time": ("Tid till första arbete", "Time to first work"),
    "survey": ("Enkätutfall", "Survey outcomes"),
    "compliance": ("Effekten av att få insatsen", "The effect of receiving the programme"),
    "power": ("Vad försöket kunde upptäcka", "What the trial could detect"),
    # ---------------------------------------------------------------------------------- notes: n, and the estimands
    "note_n": ("n = {sizes}.", "n = {sizes}."),
    "note_n_rows": ("n varierar mellan raderna och står i dem.", "n differs between rows and stands in them."),
    "estimand_time": (
        "Estimand: effekten av att ha lottats till gruppen, bland {population}, utom dem i arbete dag 0; utfall: månader "
        "till första månaden i arbete, högst {tau}, {zero}; jämförelser: {contrasts}; händelser efter randomiseringen: {events}, "
        "data slutar där uppföljningen gör det; mått: skillnad i medeltid utan arbete.",
        "Estimand: the effect of assignment to the arm, among {population}, but those in work on day 0; outcome: months to the "
        "first month in work, at most {tau}, {zero}; comparisons: {contrasts}; intercurrent events: {events}, follow-up ends "
        "where the data do; summary: difference in mean time without work.",
    ),
    "events_compete": ("död och utvandring konkurrerar med arbete", "death and emigration compete with work"),
    "events_compete_unknown": ("dödsfall och flyttningar är inte kända", "deaths and moves are not known"),
    "estimand_survey": (
        "Estimand: effekten av att ha lottats till gruppen; utfall: {outcome}; jämförelser: {contrasts}; mått: skillnad i "
        "{summary}. Population: de som svarade (observerad), {population} (vägd, sämsta fall), de som hade svarat i vilken av "
        "de två grupperna som helst (Lee).",
        "Estimand: the effect of assignment to the arm; outcome: {outcome}; comparisons: {contrasts}; summary: difference in "
        "{summary}. Population: those who responded (observed), {population} (weighted, worst case), those who would have "
        "responded in either of the two arms (Lee).",
    ),
    "summary_word_share": ("andelar", "proportions"),
    "summary_word_mean": ("medelvärden", "means"),
    "estimand_response": (
        "Estimand: effekten av att ha lottats till gruppen på att svara, bland {population}; mått: skillnad i andelar.",
        "Estimand: the effect of assignment to the arm on response, among {population}; summary: difference in proportions.",
    ),
    "estimand_compliance": (
        "Estimand: effekten av att få gruppens insats, bland dem som får den därför att de lottades till gruppen; utfall: "
        "{outcome}; jämförelser: {contrasts}; händelser efter randomiseringen: {intercurrent}; mått: {summary}.",
        "Estimand: the effect of receiving the arm’s programme, among those who receive it because they were assigned to it; "
        "outcome: {outcome}; comparisons: {contrasts}; intercurrent events: {intercurrent}; summary: {summary}.",
    ),
    "estimand_contamination": (
        "Estimand: gruppens koefficient i en regression med alla grupper och stratumeffekter, och dess delar; utfall: "
        "{outcome}; {population}.",
        "Estimand: the arm’s coefficient in one regression of all arms with stratum effects, and its parts; outcome: "
        "{outcome}; {population}.",
    ),
    # ----------------------------------------------------------------------------------------------- time to first work
    "time_table": (
        "Tid utan arbete till och med månad {tau}, {clock}",
        "Time without work up to month {tau}, {clock}",
    ),
    "risk_table": (
        "Kvar utan arbete, och andel som har börjat arbeta, {clock}",
        "Still without work, and share who have started work, {clock}",
    ),
    "survival_figure": (
        "Andel som har börjat arbeta efter månader sedan {zero}",
        "Share who have started work by months since {zero}",
    ),
    "clock_word_randomisation": ("räknat från randomiseringen", "counted from randomisation"),
    "clock_word_start": ("räknat från egen start", "counted from each person’s own start"),
    "clock_word_": ("räknat från start", "counted from the start"),
    "mean_months": ("Medeltid utan arbete, månader", "Mean time without work, months"),
    "p_normal": ("z\u2011test", "z\u2011test"),
    "p_t": ("t\u2011test", "t\u2011test"),
    "log_rank_p": ("log-rank", "log-rank"),
    "months_unit": ("månader", "months"),
    "risk_left": ("kvar", "left"),
    "risk_share": ("i arbete, %", "in work, %"),
    "time_sentence": (
        "{clock}, till och med månad {tau}: i genomsnitt {arm_value} utan arbete i {arm} mot {control_value} i {control}. "
        "{uncertainty}",
        "{clock}, up to month {tau}: on average {arm_value} without work in {arm} against {control_value} in {control}. "
        "{uncertainty}",
    ),
    "time_no_values": (
        "{clock}: tiden utan arbete i {arm} jämfört med {control} {reason}.",
        "{clock}: the time without work in {arm} compared with {control} {reason}.",
    ),
    "cannot_be_shown": (
        "kan inte visas, för antalet personer bakom den är för litet",
        "cannot be shown, because too few persons are behind it",
    ),
    "months_would_be_told": (
        "visas inte, för bredvid kurvan skulle den berätta när enskilda personer började arbeta",
        "is not shown, because beside the curve it would tell when single persons started work",
    ),
    "could_not_be_estimated": ("kunde inte skattas", "could not be estimated"),
    "log_rank_sentence": (
        "Log-rank-test av att alla grupper börjar arbeta i samma takt: {p}. Utforskande, inte justerat.",
        "Log-rank test that all arms start work at the same rate: {p}. Exploratory, not adjusted.",
    ),
    "note_time_estimator": (
        "Estimator: Kaplan–Meier, medeltid till {tau} månader; Greenwoods varians, normalfördelning. Intervallen är {level}. "
        "Log-rank{strata}: två grupper i sänder.",
        "Estimator: Kaplan–Meier, mean up to {tau} months; Greenwood’s variance, normal distribution. Intervals are {level}. "
        "Log-rank{strata}: two arms at a time.",
    ),
    "note_time_standardised": (
        "Estimator: Kaplan–Meier, vägd så att varje grupp har allas strata, medeltid till {tau} månader; varians inom strata, "
        "t\u2011fördelning. Intervallen är {level}. Log-rank{strata}: två grupper i sänder.",
        "Estimator: Kaplan–Meier, weighted so that each arm has everyone’s strata, mean up to {tau} months; variance within "
        "strata, t\u00a0distribution. Intervals are {level}. Log-rank{strata}: two arms at a time.",
    ),
    "note_stratified": (", stratifierat", ", stratified"),
    "note_incidence": (
        "Andelen som har börjat arbeta tar hänsyn till att den som dör eller utvandrar inte kan börja (Aalen–Johansen); kurvan "
        "och medeltiden räknar dem som avslutad uppföljning.",
        "The share who have started work takes into account that anyone who dies or emigrates cannot start (Aalen–Johansen); the "
        "curve and the mean time count them as end of follow-up.",
    ),
    "note_incidence_unknown": (
        "Andelen som har börjat arbeta tar ingen hänsyn till dödsfall och flyttningar, som inte är kända.",
        "The share who have started work does not allow for deaths and moves, which are not known.",
    ),
    "note_risk_months": (
        "Var tredje månad visas; alla månader står i tabellfilen.",
        "Every third month is shown; all months stand in the table file.",
    ),
    "subtitle_time": (
        "Procent av {persons}, utan dem i arbete dag 0.",
        "Per cent of {persons}, without those in work on day 0.",
    ),
    "subtitle_time_all": ("Procent av {persons}.", "Per cent of {persons}."),
    # ------------------------------------------------------------------------------------------------------------ survey
    "response_to": ("Svar: {outcome}", "Response: {outcome}"),
    "wave": ("enkät {n}", "survey {n}"),
    "response_table": ("Vilka som svarade på enkäten", "Who responded to the survey"),
    "responded": ("Svarade", "Responded"),
    "survey_table": (
        "Enkätutfall bland dem som svarade, vägt, och med gränser",
        "Survey outcomes among respondents, weighted, and with bounds",
    ),
    "survey_observed": ("Observerad", "Observed"),
    "survey_weighted": ("Vägd", "Weighted"),
    "survey_lee": ("Lees gränser", "Lee’s bounds"),
    "survey_worst": ("Sämsta fall", "Worst case"),
    "method_column": ("Metod", "Method"),
    "bounds_column": ("skattning eller gränser", "estimate or bounds"),
    "response_sentence": (
        "{outcome} ({wave}), {arm} mot {control}: {arm_value} mot {control_value} svarade. Skillnad i svar: {estimate}.",
        "{outcome} ({wave}), {arm} against {control}: {arm_value} against {control_value} responded. Difference in "
        "response: {estimate}.",
    ),
    "response_hidden": (
        "{outcome} ({wave}): hur många som svarade i {arm} och {control} kan inte visas.",
        "{outcome} ({wave}): how many responded in {arm} and {control} cannot be shown.",
    ),
    "observed_sentence": (
        "Bland dem som svarade är skillnaden {estimate}. Det jämför dem som svarade, inte dem som lottades.",
        "Among those who responded the difference is {estimate}. That compares respondents, not those assigned.",
    ),
    "observed_hidden": (
        "Skillnaden bland dem som svarade kan inte visas.",
        "The difference among those who responded cannot be shown.",
    ),
    "weighted_sentence": (
        "Vägt efter sannolikheten att svara: {estimate}.",
        "Weighted by the probability of response: {estimate}.",
    ),
    "bounds_sentence": (
        "Bland dem som skulle ha svarat i vilken av grupperna som helst skattas effekten ligga mellan {lee}, om lottningen "
        "påverkar svarandet åt ett håll bara (Lee). Antas ingenting om dem som inte svarade skattas den ligga mellan {worst}.",
        "Among those who would have responded in either arm the effect is estimated to lie between {lee}, provided that "
        "assignment moves response in one direction only (Lee). If nothing is assumed of those who did not respond it is "
        "estimated to lie between {worst}.",
    ),
    "from_to": ("{low} och {high} ({ci} {span})", "{low} and {high} ({ci} {span})"),
    "note_n_response": (
        "n: de lottade och de som svarade står i tabellen över svar.",
        "n: those assigned and those who responded stand in the table of response.",
    ),
    "lee_sentence": (
        "Bland dem som skulle ha svarat i vilken av grupperna som helst skattas effekten ligga mellan {lee}, om lottningen "
        "påverkar svarandet åt ett håll bara (Lee).",
        "Among those who would have responded in either arm the effect is estimated to lie between {lee}, provided that "
        "assignment moves response in one direction only (Lee).",
    ),
    "note_survey": (
        "Observerad: skillnaden mellan dem som svarade. Vägd: varje svarande väger det omvända av sin sannolikhet att svara, "
        "given {given}. Lee: gruppen med högre svarsandel trimmas, vilket förutsätter att lottningen påverkar svarandet åt ett "
        "håll bara. Sämsta fall: de som inte svarade får skalans ändpunkter. Intervallen är {level}; för gränser täcker de "
        "effekten (Imbens och Manski).",
        "Observed: the difference between respondents. Weighted: each respondent weighs the inverse of the probability of "
        "response, given {given}. Lee: the arm with the higher response is trimmed, which takes it that assignment moves "
        "response in one direction only. Worst case: non-respondents get the ends of the scale. Intervals are {level}; for "
        "bounds they cover the effect (Imbens and Manski).",
    ),
    "given_strata": ("grupp, stratum och egenskaper", "arm, stratum and characteristics"),
    "given_plain": ("grupp och egenskaper", "arm and characteristics"),
    "others_table_unit": ("Övriga utfall i {unit}. {clock}", "Other outcomes in {unit}. {clock}"),
    "note_interaction": (
        "Skillnaden i effekt väger strata lika i båda nivåerna. Den är därför inte exakt skillnaden mellan raderna ovanför.",
        "The difference in effects weighs strata alike in both levels. It is therefore not exactly the difference between the "
        "rows above.",
    ),
    # --------------------------------------------------------------------------------------- the dead and the emigrated
    "attrition_dead_and_away": ("döda och utvandrade", "the dead and the emigrated"),
    "attrition_dead": ("döda", "the dead"),
    "attrition_nobody": (
        "Ingen deltagare var död eller hade utvandrat i månad {month}: huvudresultatet behöver inga gränser för sådana.",
        "No participant had died or emigrated by month {month}: the main result needs no bounds for such events.",
    ),
    "attrition_nobody_dead": (
        "Ingen deltagare var död i månad {month}: huvudresultatet behöver inga gränser för dödsfall.",
        "No participant had died by month {month}: the main result needs no bounds for deaths.",
    ),
    "attrition_opening": (
        "Huvudresultatet räknar {who} i månad {month} som utan utfallet. Vad de annars skulle ha gjort är okänt.",
        "The main result counts {who} at month {month} as without the outcome. What they would have done otherwise is unknown.",
    ),
    "attrition_hidden": (
        "Hur mycket det kan betyda kan inte visas: i någon grupp är de så få att gränserna skulle avslöja dem.",
        "How much that may matter cannot be shown: in some arm they are so few that bounds would give them away.",
    ),
    "attrition_main_hidden": (
        "För den primära jämförelsen kan gränserna inte visas: i någon av grupperna är de så få att gränserna skulle avslöja "
        "dem.",
        "For the primary contrast the bounds cannot be shown: in one of the arms they are so few that bounds would give them "
        "away.",
    ),
    "attrition_sentence": (
        "Skillnaden mellan {arm} och {control} skattas ligga mellan {lee} bland dem som skulle ha funnits kvar i vilken av "
        "grupperna de än lottats till, om lottningen påverkar vilka som finns kvar åt ett håll bara (Lee), och mellan {worst} "
        "vad de som saknas än hade gjort.",
        "The difference between {arm} and {control} is estimated to lie between {lee} among those who would have been there in "
        "either arm, provided that assignment moves who is there in one direction only (Lee), and between {worst} whatever "
        "those who are gone would have done.",
    ),
    "attrition_table": (
        "Gränser för huvudutfallet när {who} räknas som okända: {outcome}, månad {month}",
        "Bounds on the primary outcome with {who} taken as unknown: {outcome}, month {month}",
    ),
    "attrition_there": ("Kvar, personer", "There, persons"),
    "attrition_bounds": ("gränser", "bounds"),
    "estimand_attrition": (
        "Estimand: gränser för effekten av att ha lottats till gruppen, bland {population}; utfall: {outcome}; jämförelser: "
        "{contrasts}; händelser efter randomiseringen: {who} saknar utfall; Lee: bland dem som skulle ha funnits kvar i båda "
        "grupperna, sämsta fall: bland alla; mått: skillnad.",
        "Estimand: bounds on the effect of assignment to the arm, among {population}; outcome: {outcome}; contrasts: "
        "{contrasts}; events after randomisation: {who} have no outcome; Lee: among those who would be there in either arm, "
        "worst case: among everyone; measure: difference.",
    ),
    "note_attrition": (
        "Lee: gruppen där fler finns kvar trimmas; det förutsätter att lottningen påverkar alla åt samma håll. Sämsta fall: de "
        "som saknas får utfallets ändpunkter.{strata} Intervallen är {level} och täcker effekten (Imbens och Manski).",
        "Lee: the arm where more are there is trimmed; it takes it that assignment moves everyone in one direction. Worst case: "
        "those who are gone get the ends of the outcome’s range.{strata} Intervals are {level} and cover the effect (Imbens and "
        "Manski).",
    ),
    "bounds_over_strata": (
        " Båda är viktade över strata efter antalet lottade.",
        " Both are weighted over strata by the numbers assigned.",
    ),
    "note_attrition_hidden": (
        "Gränserna döljs även där de tillsammans med kurvan över tid till arbete skulle avslöja ett fåtal.",
        "Bounds are hidden also where together with the curve of time to work they would give a few away.",
    ),
    # -------------------------------------------------------------------------------------------------------- compliance
    "programme": ("Insats", "Programme"),
    "receipts_table": ("Vilka insatser varje grupp fick", "Which programmes each arm received"),
    "programme_of": ("Insatsen i {arm}", "The programme of {arm}"),
    "compliance_table": (
        "Effekten av att få gruppens insats: {outcome}",
        "The effect of receiving the arm’s programme: {outcome}",
    ),
    "first_stage": ("Lottningens effekt på att få insatsen", "Effect of assignment on receipt"),
    "f_statistic": ("F", "F"),
    "complier_effect": ("Effekt av att få den", "Effect of receiving it"),
    "anderson_rubin": ("Anderson–Rubin", "Anderson–Rubin"),
    "cace_sentence": (
        "{arm_value} i {arm} och {control_value} i {control} fick insatsen i {arm}. För dem som fick den därför att de lottades "
        "till den, i stället för {instead}, skattas effekten till {estimate}, om lottningen påverkar utfallet endast genom den "
        "insatsen och ingen får den bara när lotten faller på den andra gruppen.",
        "{arm_value} in {arm} and {control_value} in {control} received the programme of {arm}. For those who received it "
        "because they were assigned to it, instead of {instead}, the effect is estimated at {estimate}, provided that the "
        "assignment acts on the outcome through that programme alone and that no one receives it only when assigned to the "
        "other arm.",
    ),
    "instead_of_programme": (
        "det som {control} gav (där {share} fick gruppens egen insats)",
        "what {control} gave (where {share} received that arm’s own programme)",
    ),
    "instead_of_what": ("det som {control} gav", "what {control} gave"),
    "cace_refused": (
        "Effekten av att få insatsen i {arm} ges inte: {reason}.",
        "No effect of receiving the programme of {arm} is given: {reason}.",
    ),
    "cace_hidden": (
        "Effekten av att få insatsen i {arm} kan inte visas: antalet personer är för litet.",
        "The effect of receiving the programme of {arm} cannot be shown: there are too few persons.",
    ),
    "note_cace": (
        "Estimator: tvåstegs minsta kvadrat med lottningen som instrument; {vcov}. Intervallen är {level}. Anderson–Rubin: "
        "mängden av effekter som lottningens skillnad inte motsäger; den håller sin nivå även när få fick insatsen. F: om "
        "lottningen alls påverkade vem som fick insatsen.",
        "Estimator: two-stage least squares with the assignment as instrument; {vcov}. Intervals are {level}. Anderson–Rubin: "
        "the set of effects that the difference by assignment does not contradict; it keeps its level however few received the "
        "programme. F: whether assignment moved receipt at all.",
    ),
    "note_cace_assumes": (
        "Gäller om lottningen påverkar utfallet endast genom insatsen, och ingen får insatsen därför att den lottades bort "
        "från den.",
        "Valid if the assignment acts on the outcome through the programme alone, and no one receives it because of having been "
        "assigned away from it.",
    ),
    "note_receipts": (
        "Alla lottade, oavsett om utfallet är känt. En person kan ha fått mer än en insats.",
        "Everyone assigned, whether or not the outcome is known. A person may have received more than one programme.",
    ),
    # ------------------------------------------------------------------------------------------------------------- power
    "power_sentence": (
        "Med {n_arm} och {n_control} personer i de två grupperna skulle en verklig skillnad på {effect} från {baseline} ha visat "
        "sig med sannolikheten {power} (tvåsidigt test på nivån {alpha}).",
        "With {n_arm} and {n_control} persons in the two arms, a true difference of {effect} from {baseline} would have shown "
        "with a probability of {power} (two-sided test at the {alpha} level).",
    ),
    "power_sentence_equal": (
        "Med {n_arm} personer per grupp skulle en verklig skillnad på {effect} från {baseline} ha visat sig med sannolikheten "
        "{power} (tvåsidigt test på nivån {alpha}).",
        "With {n_arm} persons per arm, a true difference of {effect} from {baseline} would have shown with a probability of "
        "{power} (two-sided test at the {alpha} level).",
    ),
    "power_family": (
        "Prövas {family} jämförelser tillsammans gäller det en skillnad på {effect}.",
        "If {family} comparisons are tested together, this holds for a difference of {effect}.",
    ),
    "power_table": ("Minsta skillnad som kunde upptäckas", "The smallest difference that could be detected"),
    "power_figure": (
        "Minsta skillnad som kan upptäckas, efter antal personer per grupp",
        "The smallest difference that can be detected, by persons per arm",
    ),
    "power_two_arms": ("Två grupper", "Two arms"),
    "power_level": ("Nivå per test", "Level of each test"),
    "power_tests": ("Jämförelser i familjen", "Comparisons in the family"),
    "power_baseline": ("Andel i jämförelsegruppen", "Share in the comparison arm"),
    "power_power": ("Styrka", "Power"),
    "power_effect": ("Minsta skillnad", "Smallest difference"),
    "note_power": (
        "Två andelar, tvåsidigt test med normalfördelning och varje grupps egen varians. Upptäckas: visa sig med den angivna "
        "styrkan, från den angivna andelen. Beräknat på planen och gruppernas slutliga storlek, inte på utfallet: "
        "en skillnad under gränsen är inte motbevisad.",
        "Two proportions, two-sided normal test with unpooled variance. Detected: shown with the stated power, from the stated "
        "share. Computed from the plan and the arms’ final sizes, not from the outcome: a difference below the limit is not "
        "disproved.",
    ),
    "subtitle_power": (
        "Procentenheter från {baseline}, styrka {power}.",
        "Percentage points from {baseline}, power {power}.",
    ),
    # ----------------------------------------------------------------------------------------------------- contamination
    "contamination_table": (
        "Vad en regression med alla grupper skulle blanda: {outcome}",
        "What one regression of all arms would mix: {outcome}",
    ),
    "component": ("Del", "Part"),
    "component_pooled": ("Koefficienten i en regression med alla grupper", "The coefficient in one regression of all arms"),
    "component_own": ("varav gruppens egna effekter", "of which the arm’s own effects"),
    "component_contamination": ("varav andra gruppers effekter", "of which other arms’ effects"),
    "component_contamination_of": ("varav effekter av {arm}", "of which effects of {arm}"),
    "component_equal": ("Egna effekter, alla personer väger lika", "Own effects, each person counts alike"),
    "component_one_at_a_time": (
        "Egna effekter, viktade för denna jämförelse",
        "Own effects, weighted for this comparison",
    ),
    "component_common": (
        "Egna effekter, gemensamma vikter för alla jämförelser",
        "Own effects, common weights for all comparisons",
    ),
    "coefficient_less": ("Koefficienten minus raden", "Coefficient less the row"),
    "note_contamination_parts": (
        "De två delarna summerar till koefficienten. Vikterna beror bara på antalen i strata och grupp (Goldsmith-Pinkham, Hull "
        "och Kolesár). Varians: Neymans inom strata. Intervallen är {level}.",
        "The two parts add up to the coefficient. The weights depend on the numbers by stratum and arm alone (Goldsmith-Pinkham, "
        "Hull and Kolesár). Variance: Neyman’s within strata. Intervals are {level}.",
    ),
    # ------------------------------------------------------------------------------------------------- effects by month
    "effects_by_month": ("Effekt månad för månad: {outcome}", "Effect by month: {outcome}"),
    "pointwise": ("punktvist", "pointwise"),
    "simultaneous": ("simultant", "simultaneous"),
    "band_short": ("{level} band", "{level} band"),
    "note_simultaneous": (
        "Det simultana bandet rymmer hela effektkurvan på en gång, månad {months} ({draws} dragningar); det punktvisa "
        "intervallet en månad i sänder.",
        "The simultaneous band holds the whole curve of effects at once, months {months} ({draws} draws); the pointwise interval "
        "one month at a time.",
    ),
    # ------------------------------------------------------------------------------------------------ ratios, adjustment
    "ratio_table": ("Kvoter bredvid skillnaderna", "Ratios beside the differences"),
    "risk_ratio": ("Riskkvot", "Risk ratio"),
    "odds_ratio": ("Oddskvot", "Odds ratio"),
    "summary_short_ratio": ("riskkvot och oddskvot", "risk ratio and odds ratio"),
    "note_ratios": (
        "Kvoterna är av samma medelvärden som skillnaderna; intervallen är {level} på logaritmisk skala (deltametoden). "
        "Utan händelser i en grupp finns ingen kvot.",
        "Ratios are of the same means as the differences; intervals are {level} on the log scale (delta method). Without events "
        "in an arm there is no ratio.",
    ),
    "told_few_ratio": (
        "någon grupp har färre än {n} händelser, eller icke-händelser: kvotens intervall täcker mer sällan än det säger",
        "an arm has fewer than {n} events, or non-events: a ratio’s interval covers less often than it says",
    ),
    "term_adjusted": ("Justerat för egenskaper", "Adjusted for covariates"),
    "adjusted_sentence": (
        "Justerad för {covariates} skattas skillnaden {contrast} till {estimate}.",
        "Adjusted for {covariates}, the difference {contrast} is estimated at {estimate}.",
    ),
    "adjusted_gains": (
        "Justeringen tar bort {share} av variansen, lika mycket som {more} fler personer skulle ha gjort.",
        "The adjustment takes away {share} of the variance, as much as {more} more persons would have.",
    ),
    "adjusted_adds": (
        "Justeringen minskar inte variansen: den blir {share} större.",
        "The adjustment does not lower the variance: it becomes {share} larger.",
    ),
    "adjusted_gains_nothing": ("Justeringen ändrar inte variansen.", "The adjustment does not change the variance."),
    "adjusted_table": (
        "Huvudutfallet justerat för {covariates}: {outcome}",
        "The primary outcome adjusted for {covariates}: {outcome}",
    ),
    "unadjusted": ("Ojusterad skillnad", "Unadjusted difference"),
    "adjusted_difference": ("Justerad skillnad", "Adjusted difference"),
    "variance_gained": ("Varians som tas bort", "Variance taken away"),
    "note_adjusted": (
        "Justerad: {estimator}, egenskaper: {covariates}; {vcov}. Ojusterad: som i tabellen över huvudutfallet, och den "
        "primära. Intervallen är {level}. Varians som tas bort: 1 − justerad/ojusterad varians.",
        "Adjusted: {estimator}, covariates: {covariates}; {vcov}. Unadjusted: as in the table of the primary outcome, and the "
        "primary one. Intervals are {level}. Variance taken away: 1 − adjusted/unadjusted variance.",
    ),
    "note_adjusted_planned": (
        "Egenskaperna var bestämda i förväg, i den plan som låstes.",
        "The covariates were specified in advance, in the plan that was locked.",
    ),
    "note_adjusted_declared": (
        "Egenskaperna anges i studiefilen; planen låstes inte innan utfallen lästes.",
        "The covariates are declared in the study file; the plan was not locked before outcomes were read.",
    ),
    # -------------------------------------------------------------------------------------------------------- estimators
    "estimators_figure": (
        "Huvudresultatet med olika estimatorer: {contrast}",
        "The main result under different estimators: {contrast}",
    ),
}  # fmt: skip
