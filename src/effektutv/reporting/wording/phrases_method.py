"""The method section's sentences, and the estimators' notes, in Swedish and English."""

from __future__ import annotations

__all__ = ["METHOD"]

#: key: (Swedish, English).
METHOD: dict[str, tuple[str, str]] = {
    # ----------------------------------------------------------------- the estimand, ICH E9(R1)'s five attributes
    "attribute": ("Attribut", "Attribute"),
    "estimand_population": ("Population", "Population"),
    "estimand_treatment": ("Behandlingar som jämförs", "Treatments compared"),
    "estimand_outcome": ("Utfall", "Variable"),
    "estimand_intercurrent": ("Händelser efter randomiseringen", "Intercurrent events"),
    "estimand_summary": ("Sammanfattande mått", "Summary measure"),
    "treatment_text": (
        "Att ha lottats till {arms}, vad deltagaren än fick eller gjorde därefter (intention-to-treat).",
        "Assignment to {arms}, whatever the participant received or did afterwards (intention to treat).",
    ),
    "outcome_text": ("{outcome}, {when}.", "{outcome}, {when}."),
    "outcome_text_plain": ("{outcome}.", "{outcome}."),
    "intercurrent_text": (
        "Att aldrig börja, eller att lämna insatsen, ändrar ingenting: personen räknas i sin grupp. {events} Den vars "
        "uppföljning inte når månaden lämnar nämnaren efter datum för randomisering, aldrig efter utfall.",
        "Never starting, or leaving, changes nothing: the person counts in the arm assigned. {events} Those whose follow-up does "
        "not reach the month leave the denominator by date of randomisation, never by outcome.",
    ),
    "events_work": (
        "Den som har dött räknas som inte i arbete, den som har utvandrat som inte i arbete i Sverige.",
        "Those who have died count as not in work, those who have emigrated as not in work in Sweden.",
    ),
    "events_state": (
        "Den som har dött räknas som inte i tillståndet; för den som har utvandrat gäller vad registren har.",
        "Those who have died count as not in the state; for those who have emigrated, what the registers hold counts.",
    ),
    "events_unknown": (
        "Dödsfall och flyttningar är inte kända: studien har inget register över dem, och den som dött eller flyttat utomlands "
        "räknas som om personen var kvar.",
        "Deaths and moves are not known: the study has no register of them, and whoever died or moved abroad counts as if still "
        "there.",
    ),
    "intercurrent_text_plain": (
        "Personen räknas i sin grupp, vad den än fick. Den som saknar utfall ingår inte.",
        "The person counts in the arm assigned, whatever they received. Those whose outcome is missing are left out.",
    ),
    "summary_share": ("Skillnad i andelar, i procentenheter.", "Difference in proportions, in percentage points."),
    "summary_mean": ("Skillnad i medelvärden.", "Difference in means."),
    # ------------------------------------------------------------------------------------------------------- rules
    "term_clock": ("Tidpunkt noll", "Time zero"),
    "text_clock": (
        "Huvudanalysen räknar månader från randomiseringen. Månad k är dagen k kalendermånader senare, högst "
        "månadens sista dag. "
        "Att räkna från personens egen start är en sekundär estimand och inte skyddad av randomiseringen; "
        "den som aldrig började "
        "räknas då från randomiseringen plus medianväntan {within}över alla grupper.",
        "The main analysis counts months from randomisation. Month k is the day k calendar months later, at "
        "most the month’s last "
        "day. Counting from the person’s own start is a secondary estimand and not protected by "
        "randomisation; those who never "
        "started are then counted from randomisation plus the median delay {within}over all arms.",
    ),
    "term_cross_check": ("Andra skattningen", "Second estimation"),
    "cross_check_agrees": (
        "Huvudresultaten skattades en gång till ur deltagartabellen med statsmodels och linearmodels, och stämmer inom 10⁻⁸: "
        "{what}.",
        "The main results were estimated a second time from the participants’ table with statsmodels and linearmodels, and "
        "agree within 10⁻⁸: {what}.",
    ),
    "cross_check_part": ("{question} ({n} tal; {how})", "{question} ({n} numbers; {how})"),
    "cross_check_primary": ("det primära utfallet", "the primary outcome"),
    "cross_check_subgroup": ("undergrupperna", "the subgroups"),
    "cross_check_adjusted": ("den justerade skattningen", "the adjusted estimate"),
    "cross_check_complier": ("effekten för dem som följer lottningen", "the complier effect"),
    "cross_check_without": (
        "Utan motsvarighet i biblioteken, och därför inte kontrollerat: {what}.",
        "Without a counterpart in the libraries, and therefore not checked: {what}.",
    ),
    "not_checked_clustered_variance": ("klustrad varians (CR2)", "clustered variance (CR2)"),
    "not_checked_joint_test": ("gemensamma test av flera nivåer", "joint tests of several levels"),
    "not_checked_variance_pooled_over_strata": (
        "varians som slås samman över strata med en person i en grupp",
        "variance pooled over strata with one person in an arm",
    ),
    "not_checked_sparse_form_of_lin": ("den glesa formen av Lins estimator", "the sparse form of Lin’s estimator"),
    "not_checked_undefined": ("resultat utan ett tal", "results without a number"),
    "term_work": ("Arbete", "Work"),
    "text_work": (
        "Anställning med eller utan lönestöd. Klasserna utesluter varandra: anställning med stöd går före "
        "annan subventionerad "
        "anställning, som går före reguljärt arbete. En person är i ett tillstånd månad k om en period "
        "täcker den dagen.",
        "Employment with or without a wage subsidy. The classes exclude each other: employment with support "
        "goes before other "
        "subsidised employment, which goes before regular work. A person is in a state at month k if a spell "
        "covers that day.",
    ),
    "term_estimator": ("Skattning", "Estimation"),
    "text_estimator": (
        "{estimator}; {vcov}. Varje jämförelse skattas för sig, på sina två grupper: gruppindikatorer för "
        "alla grupper tillsammans "
        "med stratumeffekter i en regression skulle blanda gruppernas effekter.",
        "{estimator}; {vcov}. Each comparison is estimated by itself, on its two arms: indicators of all "
        "arms beside stratum "
        "effects in one regression would mix the arms’ effects.",
    ),
    "text_estimator_plain": ("{estimator}; {vcov}.", "{estimator}; {vcov}."),
    "text_adjusted": (
        "Huvudutfallet skattas även justerat för {covariates}; den primära skattningen är den ojusterade.",
        "The primary outcome is also estimated with adjustment for {covariates}; the primary estimate is the unadjusted one.",
    ),
    "term_subgroups": ("Undergrupper", "Subgroups"),
    "text_subgroups": (
        "Om effekten skiljer sig mellan nivåer avgörs av skillnaden i effekt (interaktionen), inte av om "
        "nivåernas intervall var "
        "för sig rymmer noll.",
        "Whether the effect differs between levels is decided by the difference in effects (the "
        "interaction), not by whether the "
        "levels’ own intervals cover zero.",
    ),
    "term_balance": ("Balans", "Balance"),
    "text_balance": (
        "Standardiserade skillnader före randomiseringen för varje par av grupper, och ett gemensamt test av "
        "alla egenskaper "
        "och grupper (Hansen och Bowers 2008). Rader prövas inte var för sig.",
        "Standardised differences before randomisation for each pair of arms, and one test of all "
        "characteristics and arms "
        "(Hansen and Bowers 2008). Rows are not tested one by one.",
    ),
    "term_uncertainty": ("Osäkerhet", "Uncertainty"),
    "text_uncertainty": (
        "Inferensen gäller de randomiserade personerna. Intervallen är {level} och tvåsidiga. Ett intervall "
        "som rymmer noll visar "
        "inte att skillnaden är noll.",
        "Inference is for the persons randomised. Intervals are two-sided {level}. An interval that "
        "covers zero does not show "
        "that the difference is zero.",
    ),
    "term_protection": ("Skydd av enskilda", "Protection of individuals"),
    "text_protection": (
        "Celler med 1–{most} personer, händelser eller icke-händelser visas inte, och inte heller de celler som de annars kunde "
        "räknas fram ur. En revision har räknat som en utomstående med alla summor av antal som rapporten visar. "
        "Beslutet om en cell är detsamma i alla tabeller och figurer. {log}",
        "Cells with 1–{most} persons, events or non-events are not shown, nor are the cells that they could be worked out from. "
        "An audit has calculated, as an outsider could, with every sum of counts that the report shows. "
        "A cell has the same decision in every table and figure. {log}",
    ),
    "text_log": (
        "{n} beslut står med skäl i disclosure.csv.",
        "{n} decisions are in disclosure.csv with their reasons.",
    ),
    "text_log_silent": (
        "Vad som inte visas, {n} uppgifter, står i disclosure.csv. Skälen står inte där: så mycket är dolt att de själva skulle "
        "säga för mycket.",
        "What is not shown, {n} entries, is listed in disclosure.csv. The reasons are not: so much is hidden that they "
        "would themselves tell too much.",
    ),
    "text_protection_zeros": (
        "Detsamma gäller en cell där ingen har händelsen.",
        "The same holds for a cell in which nobody has the event.",
    ),
    "text_protection_full": (
        "Detsamma gäller en cell där alla har händelsen.",
        "The same holds for a cell in which everybody has the event.",
    ),
    "text_profile_ours": (
        "Profilen ”{policy}” är effektutvs egen: rapporten är inte godkänd för publicering.",
        "The profile “{policy}” is effektutv’s own: the report is not cleared for publication.",
    ),
    "text_profile_uncleared": (
        "Profilen ”{policy}” kommer från {owner}: rapporten är inte godkänd för publicering.",
        "The profile “{policy}” is from {owner}: the report is not cleared for publication.",
    ),
    "text_profile_cleared": (
        "Profilen ”{policy}” kommer från {owner}, som godkänner rapporter under den för publicering.",
        "The profile “{policy}” is from {owner}, who clears reports under it for publication.",
    ),
    "text_protection_public": (
        "Uppgifterna är offentliga; ingenting är borttaget.",
        "The records are public; nothing is removed.",
    ),
    # ----------------------------------------------------------------------------------------- notes of the estimators
    "told_fewer": ("färre än 5 personer", "fewer than 5 persons"),
    "told_persons": ("{n} personer", "{n} persons"),
    "told_stratum": ("1 stratum", "1 stratum"),
    "told_strata": ("{n} strata", "{n} strata"),
    "told_lost": (
        "{contrast}: {strata} utan båda grupperna ingår inte ({persons}); effekten gäller {remain} i {both}",
        "{contrast}: {strata} without both arms left out ({persons}); the effect is that of the {remain} in "
        "the {both} with both",
    ),
    "told_lost_answers": (
        "{contrast}: {strata} utan svar i båda grupperna ingår inte ({persons}); effekten gäller {remain} i {both}",
        "{contrast}: {strata} without respondents in both arms left out ({persons}); the effect is that of the {remain} in "
        "the {both} with both",
    ),
    "told_lost_levels": (
        "{contrast}: {strata} utan båda grupperna i varje nivå ingår inte ({persons})",
        "{contrast}: {strata} without both arms in every level left out ({persons})",
    ),
    "told_pooled": (
        "{strata} med en person i en grupp ({persons}): variansen är sammanvägd ur spridningen i deras "
        "effekter (Pashley och "
        "Miratrix)",
        "{strata} with one person in an arm ({persons}): variance pooled from the spread of their effects "
        "(Pashley and Miratrix)",
    ),
    "told_plug_in": (
        "{strata} med en person i en grupp ({persons}): för få att väga samman; enstaka personer får "
        "gruppens varians inom strata",
        "{strata} with one person in an arm ({persons}): too few to pool; single persons take their arm’s "
        "variance within strata",
    ),
    "told_lost_many": (
        "Strata utan båda grupperna ingår inte; hur många personer det gäller står rad för rad i tabellfilen.",
        "Strata without both arms are left out; how many persons they hold stands row by row in the table file.",
    ),
    "told_lost_levels_many": (
        "I skillnaden i effekt ingår bara strata som har båda grupperna i varje nivå; hur många som inte ingår står rad för "
        "rad i tabellfilen.",
        "The difference in effects rests on strata that have both arms in every level; how many are left out stands row by row "
        "in the table file.",
    ),
    "told_pooled_many": (
        "Där strata har en enda person i en grupp är variansen sammanvägd ur spridningen i deras effekter (Pashley och "
        "Miratrix).",
        "Where strata have one person in an arm, the variance is pooled from the spread of their effects (Pashley and Miratrix).",
    ),
    "told_plug_in_many": (
        "Där ett fåtal strata har en enda person i en grupp får personen gruppens varians inom strata.",
        "Where a few strata have one person in an arm, that person takes the arm’s variance within strata.",
    ),
    "told_no_pool": (
        "{strata} med en person i en grupp ({persons}): för få att väga samman, och inget annat stratum har gruppens varians",
        "{strata} with one person in an arm ({persons}): too few to pool, and no other stratum has the arm’s variance",
    ),
    "told_precision": (
        "stratumeffekter viktar strata efter precision, inte efter storlek: det är vad som skattas",
        "stratum effects weight strata by precision, not by size: that is the estimand",
    ),
    "told_rows": (
        "{group}: {n} av {of} rader har en egen not i tabellfilen",
        "{group}: {n} of {of} rows have a note of their own in the table file",
    ),
    "told_few_persons": (
        "färre än {n} personer i en grupp: för ett utfall som är 0 eller 1 täcker intervallet mer sällan än det anger; läs i "
        "stället det exakta testet",
        "fewer than {n} persons in an arm: with a 0/1 outcome the interval covers less often than stated; read the exact test "
        "instead",
    ),
    "told_few_bounds": (
        "färre än {n} personer med känt utfall i en grupp: intervallet kring Lees gränser täcker mer sällan än vad som anges",
        "fewer than {n} persons with an outcome in an arm: the interval around Lee’s bounds covers less often than stated",
    ),
    "told_uninformed": (
        "de flesta frihetsgraderna som valts gäller personer som inget säger om variansen: intervallet täcker mer sällan än vad "
        "som anges; standardvalet av varians och frihetsgrader gör det inte",
        "most of the degrees of freedom chosen are of persons who say nothing about the variance: the interval covers less often "
        "than stated; the default variance and degrees of freedom do not",
    ),
    "told_not_additive_fits": (
        "jämförelserna är skattade var för sig med logistisk regression, så att effekterna inte behöver gå ihop",
        "the contrasts are fitted one by one by a logistic regression, so that their effects need not add up",
    ),
    "told_not_additive_strata": (
        "jämförelserna bygger på olika strata, så att effekterna inte behöver gå ihop",
        "the contrasts keep different strata, so that their effects need not add up",
    ),
    "told_not_additive_weights": (
        "varje jämförelse viktar strata efter sina egna två grupper, så att effekterna inte behöver gå ihop",
        "each contrast weights strata by its own two arms, so that the effects need not add up",
    ),
    "told_sparse_own": (
        "något stratum eller någon kovariat har en enda person i en grupp: skillnaderna tas inom strata, och kovariaterna har "
        "egna lutningar i varje grupp",
        "some stratum or covariate has one person in an arm: differences are taken within strata, and covariates have slopes of "
        "each arm’s own",
    ),
    "told_sparse_common": (
        "något stratum eller någon kovariat har en enda person i en grupp: skillnaderna tas inom strata, och kovariaterna har en "
        "gemensam lutning i alla grupper",
        "some stratum or covariate has one person in an arm: differences are taken within strata, and covariates have one slope "
        "for all arms",
    ),
    "told_sparse_plain": (
        "något stratum har en enda person i en grupp: skillnaderna tas inom strata",
        "some stratum has one person in an arm: differences are taken within strata",
    ),
    "told_sparse_vcov": (
        "en sådan skattning har bara standardfel enligt HC2",
        "such an estimate has the HC2 standard error only",
    ),
    "told_still": (
        "ingen variation i {arm}: gruppen bidrar inte till standardfelet",
        "no variation in {arm}: it adds nothing to the standard error",
    ),
    "told_columns": (
        "kolumner som beror på de andra och inte ingår: {n}",
        "columns left out because they depend on the others: {n}",
    ),
    "told_no_outcome": (
        "{outcome}: {persons} utan observerat utfall ingår inte",
        "{outcome}: {persons} without an observed outcome left out",
    ),
    "told_alike": (
        "strata, grupper eller kluster har värden som skiljer sig åt bara i versaler, mellanslag eller teckenkodning; de räknas "
        "var för sig",
        "strata, groups or clusters have values that differ in capitals, spaces or the coding of a sign only; they count apart",
    ),
    "told_no_level": (
        "{group}: {persons} utan uppgift ingår inte i dess rader",
        "{group}: {persons} with no level left out of its rows",
    ),
    "told_no_value": ("{group}: {persons} utan uppgift", "{group}: {persons} with no value"),
    "told_levels": (
        "skillnaden i effekt finns inte för alla nivåer",
        "the difference in effects does not exist in every level",
    ),
    "told_apart": (
        "inget stratum har personer i både {arm} och {control}",
        "no stratum has persons of both {arm} and {control}",
    ),
    "told_nobody": (
        "ingen i {arm} har ett observerat utfall",
        "no one in {arm} has an observed outcome",
    ),
    "told_single": ("en person i {arm}: ingen varians", "one person in {arm}: no variance"),
    "told_leverage": (
        "{name} är inte definierad: {persons} som modellen träffar exakt",
        "{name} is undefined: {persons} whom the model fits exactly",
    ),
    "told_weightless": (
        "{persons} som modellen träffar exakt och som saknar vikt i jämförelsen ingår inte i {name}",
        "{persons} whom the model fits exactly, without weight in the contrast, left out of {name}",
    ),
    "told_exact_event": (
        "{persons} vars utfall kovariater eller strata helt avgör bidrar med 0 till effekten",
        "{persons} whose outcome covariates or strata tell without fail contribute 0 to the effect",
    ),
    "told_no_person": (
        "ingen i {arm} har händelsen: den logistiska regressionen har ingen ändlig lösning",
        "no person in {arm} has the event: the logistic regression has no finite solution",
    ),
    "told_every_person": (
        "alla i {arm} har händelsen: den logistiska regressionen har ingen ändlig lösning",
        "every person in {arm} has the event: the logistic regression has no finite solution",
    ),
    "told_separated": (
        "den logistiska regressionen har ingen ändlig lösning: kovariater eller strata skiljer dem med händelsen från övriga",
        "the logistic regression has no finite solution: some covariates or strata tell events and non-events apart",
    ),
    "told_none_in_arm": ("inga händelser i {arm}", "no events in {arm}"),
    "told_only_events": ("alla i {arm} har händelsen: inga odds", "only events in {arm}: there are no odds"),
    "told_one_weight": (
        "{arm}: en person bär {share} av vikten; vikterna motsvarar {worth} personer med lika vikt",
        "{arm}: one person holds {share} of the weight; the weights are worth {worth} persons of equal weight",
    ),
    "told_unshared": (
        "{arm}: personer vars kovariater ingen svarande delar företräds inte ({persons})",
        "{arm}: persons whose covariates no respondent shares are not represented ({persons})",
    ),
    "told_few_weights": (
        "{arm}: vikterna motsvarar färre än två personer: ingen varians",
        "{arm}: the weights are worth fewer than two persons: no variance",
    ),
    "told_no_df": ("inga frihetsgrader återstår", "no degrees of freedom are left"),
    "told_no_variation": ("ingen variation i någon av grupperna", "no variation in either arm"),
    "told_collinear": (
        "gruppen kan inte skiljas från kovariater och strata",
        "the arm cannot be told apart from the covariates and strata",
    ),
    "told_wald": ("gemensamt Wald-test, χ²", "joint Wald test, χ²"),
    "told_wald_f": ("gemensamt Wald-test, F (Hotelling, approximativt)", "joint Wald test, F (approximate Hotelling)"),
    "told_cross": (
        "raden med skillnad mellan skillnader visar hur mycket den andra egenskapens skillnad i effekt skiljer sig mellan den "
        "förstas nivåer",
        "the row with a difference of differences shows by how much the second characteristic’s difference in effect differs "
        "between the levels of the first",
    ),
    "told_strata_unused": (
        "strata används varken i skattningen eller i dess fel",
        "strata are used neither in the estimate nor in its error",
    ),
    "told_other": (
        "en not från skattningen finns i kolumnen note i tabellfilen",
        "a note of the estimation stands in the table file’s column note",
    ),
    # ------------------------------------------------------------------------------------------------ rules of quality
    "rule_type_integer": ("typ: heltal", "type: whole number"),
    "rule_type_number": ("typ: tal med det angivna decimaltecknet", "type: number with the declared decimal mark"),
    "rule_type_date": ("typ: datum i det angivna formatet", "type: date in the declared format"),
    "rule_required": ("obligatorisk: aldrig tom", "required: never missing"),
    "rule_range": ("intervall: {limits}", "range: {limits}"),
    "rule_allowed": ("tillåtna värden: {values}", "allowed values: {values}"),
    "rule_pattern": ("mönster: {pattern}", "pattern: {pattern}"),
    "rule_codes": ("kodlista: {name}", "code list: {name}"),
    "rule_codes_dated": (
        "kodlista: {name}, koden gällde inte periodens första dag",
        "code list: {name}, code not in force on the spell’s first day",
    ),
    "rule_reversed": ("omvänd: slutet före början", "reversed: the end lies before the start"),
    "rule_months": ("månader saknas", "months missing"),
    "rule_partly": ("kolumnen finns i varje fil (antal filer)", "the column is in every file (number of files)"),
    "rule_absent": ("kolumnen är inte levererad", "column not delivered"),
    "rule_cut": (
        "varje fil slutar med radbrytning (antal filer)",
        "each file ends with a line break (number of files)",
    ),
    "rule_rows": ("minst en rad i varje fil (antal filer)", "at least one row in each file (number of files)"),
    "rule_key": ("primärnyckel: unik", "primary key: unique"),
    "rule_no_row": ("deltagare utan rad", "participants without a row"),
    "rule_overlap": ("överlappar en tidigare period", "overlaps an earlier spell"),
    "rule_too_early": ("svarade före lottningen", "answered before randomisation"),
    "rule_undated": ("svarsdag saknas", "no day of the answer"),
    "rule_other": ("annan regel, se tabellfilen", "another rule, see the table file"),
    "whole_file": ("(filen)", "(file)"),
}
