"""The words of the figures, each in Swedish and English."""

from __future__ import annotations

from effektutv.i18n import Catalogue

__all__ = ["WORDS"]

#: Axis labels, headings, notes and alt texts; default labels of the keys that the trial's own tables have.
WORDS = Catalogue(
    {
        "not_shown": {"sv": "visas inte", "en": "not shown"},
        "not_available": {"sv": "saknas", "en": "not available"},
        "month_n": {"sv": "månad {month}", "en": "month {month}"},
        "randomisation": {"sv": "randomiseringen", "en": "randomisation"},
        "start": {"sv": "start", "en": "start"},
        "versus": {"sv": "{arm} mot {control}", "en": "{arm} vs {control}"},
        "everyone": {"sv": "Alla", "en": "Everyone"},
        "mean_axis": {"sv": "Medelvärde", "en": "Mean"},
        "thousands": {"sv": "tusental", "en": "thousands"},
        "millions": {"sv": "miljoner", "en": "millions"},
        "billions": {"sv": "miljarder", "en": "billions"},
        "trillions": {"sv": "biljoner", "en": "trillions"},
        "in_many": {"sv": "Belopp visas i {many}.", "en": "Amounts are shown in {many}."},
        "share_axis": {"sv": "Andel i procent", "en": "Share, per cent"},
        # shares by month
        "profile_title": {
            "sv": "{outcome}: andel efter månader sedan {clock}",
            "en": "{outcome}: share by months since {clock}",
        },
        "profile_title_mean": {
            "sv": "{outcome}: medelvärde efter månader sedan {clock}",
            "en": "{outcome}: mean by months since {clock}",
        },
        "profile_title_mean_plain": {"sv": "{outcome}: medelvärde efter månad", "en": "{outcome}: mean by month"},
        "profile_title_plain": {"sv": "{outcome}: andel efter månad", "en": "{outcome}: share by month"},
        "work_profile_title": {
            "sv": "Andel i arbete efter månader sedan {clock}",
            "en": "Share in work by months since {clock}",
        },
        "months_since": {"sv": "Månader sedan {clock}", "en": "Months since {clock}"},
        "months": {"sv": "Månad", "en": "Month"},
        "observed_persons": {"sv": "Antal personer som kan följas", "en": "Persons who can be followed"},
        "band_pointwise": {
            "sv": "Banden är punktvisa konfidensintervall.",
            "en": "Bands are pointwise confidence intervals.",
        },
        "band_simultaneous": {
            "sv": "Mörkare band är punktvisa och ljusare band simultana konfidensintervall.",
            "en": "Darker bands are pointwise and lighter bands simultaneous confidence intervals.",
        },
        "n_arms": {"sv": "{n} grupper.", "en": "{n} arms."},
        "months_since_lower": {"sv": "sedan {clock}", "en": "since {clock}"},
        "start_clock": {
            "sv": "Tiden räknas från egen start: jämförelsen skyddas då inte av randomiseringen.",
            "en": "Time runs from each person's own start: the comparison is then not protected by randomisation.",
        },
        "profile_alt": {
            "sv": "{outcome} vid månad {month}{since}: {shares}. Linjerna går från månad {first} till månad {last}.",
            "en": "{outcome} at month {month}{since}: {shares}. The lines run from month {first} to month {last}.",
        },
        "profile_course": {
            "sv": "{arm}: {first_value} månad {first}, högst {top_value} månad {top} och {last_value} månad {last}.",
            "en": "{arm}: {first_value} at month {first}, highest {top_value} at month {top} and {last_value} at month {last}.",
        },
        "profile_course_one": {
            "sv": "{arm}: {value} månad {month}, den enda av {all} månader som visas.",
            "en": "{arm}: {value} at month {month}, the only one of {all} months that is shown.",
        },
        "profile_course_shown": {
            "sv": "{arm}, bland de {n} av {all} månader som visas: {first_value} månad {first}, högst {top_value} månad {top} "
            "och {last_value} månad {last}.",
            "en": "{arm}, of the {n} of {all} months that are shown: {first_value} at month {first}, highest {top_value} at "
            "month {top} and {last_value} at month {last}.",
        },
        # effects by month
        "effects_month_title": {
            "sv": "{outcome}: effekter efter månader sedan {clock}",
            "en": "{outcome}: effects by months since {clock}",
        },
        "effects_month_title_plain": {"sv": "{outcome}: effekter efter månad", "en": "{outcome}: effects by month"},
        "effects_month_alt": {
            "sv": "{outcome} vid månad {month}{since}: {effects}.",
            "en": "{outcome} at month {month}{since}: {effects}.",
        },
        # time to a first event
        "survival_title_work": {
            "sv": "Andel som haft arbete efter månader sedan {clock}",
            "en": "Share who have been in work by months since {clock}",
        },
        "survival_title": {
            "sv": "{outcome}: andel hittills efter månader sedan {clock}",
            "en": "{outcome}: share so far by months since {clock}",
        },
        "survival_title_plain": {"sv": "{outcome}: andel hittills", "en": "{outcome}: share so far"},
        "survival_competing_work": {
            "sv": "Den som dör eller flyttar från Sverige innan dess räknas kvar i nämnaren (konkurrerande händelser).",
            "en": "Who dies or leaves Sweden before that stays in the denominator (competing events).",
        },
        "survival_competing": {
            "sv": "Den som först har en konkurrerande händelse räknas kvar i nämnaren.",
            "en": "Who has a competing event first stays in the denominator.",
        },
        "at_risk_work": {
            "sv": "Personer som följs och ännu inte haft arbete",
            "en": "Persons followed who have not been in work yet",
        },
        "at_risk": {
            "sv": "Personer som följs utan händelsen hittills",
            "en": "Persons followed without the event so far",
        },
        "event": {"sv": "Händelsen", "en": "The event"},
        "time": {"sv": "Tid", "en": "Time"},
        "time_n": {"sv": "tid {time}", "en": "time {time}"},
        "survival_alt_work": {
            "sv": "Andel som haft arbete till och med {at}{since}: {shares}.",
            "en": "Share who have been in work up to {at}{since}: {shares}.",
        },
        "survival_alt": {
            "sv": "{outcome}, andel hittills vid {at}{since}: {shares}.",
            "en": "{outcome}, share so far at {at}{since}: {shares}.",
        },
        # balance
        "love_title": {
            "sv": "Skillnader mellan grupperna före randomiseringen",
            "en": "Differences between the arms at baseline",
        },
        "love_subtitle": {
            "sv": "Standardiserad skillnad i medelvärde för varje par av grupper.",
            "en": "Standardised mean difference for each pair of arms.",
        },
        "level_of": {"sv": "{covariate}: {level}", "en": "{covariate}: {level}"},
        "missing_of": {"sv": "{covariate}, uppgift saknas", "en": "{covariate}, missing"},
        "smd_axis": {"sv": "Standardiserad skillnad i medelvärde", "en": "Standardised mean difference"},
        "smd_raw": {"sv": "Ofylld: utan vägning", "en": "Hollow: unweighted"},
        "smd_weighted": {"sv": "Fylld: vägd efter stratum", "en": "Filled: weighted by stratum"},
        "smd_largest": {"sv": "Största", "en": "Largest"},
        "love_note": {
            "sv": "Streckade linjer vid ±{limit}. Raderna är ordnade efter den största skillnaden utan vägning, oavsett tecken.",
            "en": "Dashed lines at ±{limit}. Rows are ordered by the largest unweighted difference, whatever its sign.",
        },
        "love_alt": {
            "sv": "Störst skillnad utan vägning bland de rader som visas: {label}, {value}. {above} av {rows} ligger utanför "
            "±{limit}.",
            "en": "Largest unweighted difference among the rows shown: {label}, {value}. {above} of {rows} lie beyond ±{limit}.",
        },
        "love_alt_hidden": {
            "sv": "{n} av {rows} rader visas inte eller finns inte.",
            "en": "{n} of {rows} rows are not shown or not available.",
        },
        # effects
        "forest_title": {"sv": "{outcome}: effekter", "en": "{outcome}: effects"},
        "forest_title_many": {"sv": "Effekter", "en": "Effects"},
        "forest_subtitle_points": {
            "sv": "Skillnad mot jämförelsen i procentenheter, med konfidensintervall.",
            "en": "Difference from the comparison in percentage points, with confidence intervals.",
        },
        "forest_subtitle_unit": {
            "sv": "Skillnad mot jämförelsen, med konfidensintervall. Enhet: {unit}.",
            "en": "Difference from the comparison, with confidence intervals. Unit: {unit}.",
        },
        "forest_subtitle_plain": {
            "sv": "Skillnad mot jämförelsen, med konfidensintervall.",
            "en": "Difference from the comparison, with confidence intervals.",
        },
        "effect": {"sv": "Effekt", "en": "Effect"},
        "ci": {"sv": "KI", "en": "CI"},
        "n_pair": {"sv": "Personer", "en": "Persons"},
        "n_pair_note": {
            "sv": "Personer: i gruppen / i jämförelsen. KI: konfidensintervall.",
            "en": "Persons: in the arm / in the comparison. CI: confidence interval.",
        },
        "interaction_two": {"sv": "Interaktion: {second} − {first}", "en": "Interaction: {second} − {first}"},
        "interaction_below": {"sv": "Interaktion: nedre − övre", "en": "Interaction: lower − upper"},
        "interaction_cross": {
            "sv": "Interaktion: skillnad mellan skillnader",
            "en": "Interaction: difference of differences",
        },
        "interaction_all": {"sv": "Interaktion: alla grupper", "en": "Interaction: all groups"},
        "lower": {"sv": "← lägre än jämförelsen", "en": "← lower than comparison"},
        "higher": {"sv": "högre än jämförelsen →", "en": "higher than comparison →"},
        "ci_words": {"sv": "konfidensintervall", "en": "confidence interval"},
        "forest_alt": {"sv": "{first}{effects}.", "en": "{first}{effects}."},
        "forest_alt_interactions": {
            "sv": "Interaktioner, var och en för sig: {tests}.",
            "en": "Interactions, each by itself: {tests}.",
        },
        # kinds of work and the registers behind it
        "kinds_title": {"sv": "Slag av arbete", "en": "Kinds of work"},
        "kinds_title_month": {"sv": "Slag av arbete, månad {month}", "en": "Kinds of work, month {month}"},
        "sources_title": {"sv": "Register som visar arbetet", "en": "Registers that show the work"},
        "sources_title_month": {
            "sv": "Register som visar arbetet, månad {month}",
            "en": "Registers that show the work, month {month}",
        },
        "bars_subtitle": {
            "sv": "Andel i procent av personerna i varje grupp.",
            "en": "Share in per cent of the persons in each arm.",
        },
        "hours_title": {"sv": "Timmar per person, efter vem som gav dem", "en": "Hours per person, by who gave them"},
        "bars_subtitle_hours": {
            "sv": "Timmar per person, i genomsnitt bland alla i gruppen.",
            "en": "Hours per person, mean over everyone in the arm.",
        },
        "bars_n": {"sv": "n = {n}", "en": "n = {n}"},
        "bars_total": {"sv": "Totalt {share}", "en": "Total {share}"},
        "bars_of": {"sv": "av {n}", "en": "of {n}"},
        "bars_alt": {"sv": "{arm}: totalt {total}, varav {parts}.", "en": "{arm}: {total} in total, of which {parts}."},
        "bars_alt_hidden": {"sv": "{arm}: {parts}; totalen {total}.", "en": "{arm}: {parts}; total {total}."},
        "bars_not_to_scale": {
            "sv": "Streckade rutor är inte i skala.",
            "en": "Dashed boxes are not to scale.",
        },
        "arbete": {"sv": "I arbete", "en": "In work"},
        "work_with_support": {"sv": "Anställning med stöd", "en": "Employment with support"},
        "work_other_subsidised": {"sv": "Annan subventionerad anställning", "en": "Other subsidised employment"},
        "work_regular": {"sv": "Reguljärt arbete", "en": "Regular work"},
        "with_support": {"sv": "Anställning med stöd", "en": "Employment with support"},
        "other_subsidised": {"sv": "Annan subventionerad anställning", "en": "Other subsidised employment"},
        "regular": {"sv": "Reguljärt arbete", "en": "Regular work"},
        "af_only": {"sv": "Endast Arbetsförmedlingen", "en": "Employment service only"},
        "ku_only": {"sv": "Endast kontrolluppgift", "en": "Control statement only"},
        "both": {"sv": "Båda registren", "en": "Both registers"},
        # one contrast by several estimators, and one regression taken apart
        "estimators_title": {
            "sv": "{outcome}: samma effekt med olika skattningsmetoder",
            "en": "{outcome}: one effect by several estimators",
        },
        "estimators_title_plain": {
            "sv": "Samma effekt med olika skattningsmetoder",
            "en": "One effect by several estimators",
        },
        "estimator_difference": {"sv": "Skillnad i medelvärden", "en": "Difference in means"},
        "estimator_blocked": {"sv": "Vägd efter stratum", "en": "Weighted by stratum"},
        "estimator_fe": {"sv": "Regression med strata", "en": "Regression with strata"},
        "estimator_lin": {"sv": "Samverkande med grupp (Lin)", "en": "Interacted with arm (Lin)"},
        "estimator_logit": {"sv": "Logistisk regression", "en": "Logistic regression"},
        "estimator_ipw": {"sv": "Vägd efter sannolikhet", "en": "Weighted by probability"},
        "estimator_pooled": {"sv": "En regression med alla grupper", "en": "One regression of all arms"},
        "estimator_response-weighted": {"sv": "Vägd efter svar", "en": "Weighted for response"},
        "contamination_title": {
            "sv": "En regression med alla grupper, och vad den blandar",
            "en": "One regression of all arms, and what it mixes",
        },
        "component_pooled": {"sv": "En regression med alla grupper", "en": "One regression of all arms"},
        "component_own": {"sv": "varav egna effekter", "en": "of which own effects"},
        "component_contamination_of": {"sv": "varav effekter av {arm}", "en": "of which effects of {arm}"},
        "component_equal": {"sv": "Alla personer väger lika", "en": "Every person counts alike"},
        "component_one_at_a_time": {"sv": "En jämförelse i taget", "en": "One contrast at a time"},
        "component_common": {"sv": "Samma vikter för alla grupper", "en": "The same weights for all arms"},
        # bounds for missing outcomes
        "bounds_title": {
            "sv": "{outcome}: vad bortfallet kan betyda",
            "en": "{outcome}: what missing answers may mean",
        },
        "bounds_title_plain": {"sv": "Vad bortfallet kan betyda", "en": "What missing outcomes may mean"},
        "bounds_subtitle_points": {
            "sv": "Skillnad mot jämförelsen i procentenheter: skattningar, och gränser som effekten ligger inom.",
            "en": "Difference from the comparison in percentage points: estimates, and bounds on the effect.",
        },
        "bounds_subtitle_unit": {
            "sv": "Skillnad mot jämförelsen: skattningar, och gränser som effekten ligger inom. Enhet: {unit}.",
            "en": "Difference from the comparison: estimates, and bounds on the effect. Unit: {unit}.",
        },
        "bounds_subtitle_plain": {
            "sv": "Skillnad mot jämförelsen: skattningar, och gränser som effekten ligger inom.",
            "en": "Difference from the comparison: estimates, and bounds on the effect.",
        },
        "effect_or_bounds": {"sv": "Effekt/gränser", "en": "Effect/bounds"},
        "bounds_note": {
            "sv": "Staplar: från nedre till övre gräns; linjer: konfidensintervall (KI). Personer: med svar i gruppen / i "
            "jämförelsen.",
            "en": "Bars: from the lower to the upper bound; lines: confidence intervals (CI). Persons: with an answer in the "
            "arm / in the comparison.",
        },
        "bounds_lee": {
            "sv": "Gränserna enligt Lee gäller dem som hade svarat i båda grupperna.",
            "en": "Lee’s bounds are for those who would answer in either arm.",
        },
        "method_lee": {"sv": "Gränser enligt Lee", "en": "Lee’s bounds"},
        "method_worst case": {"sv": "Gränser i värsta fall", "en": "Worst-case bounds"},
        "respondents_response-weighted": {"sv": "Svarande, vägda efter svar", "en": "Respondents, weighted"},
        "respondents_ipw": {"sv": "Svarande, vägda efter svar", "en": "Respondents, weighted"},
        "respondents_difference": {"sv": "Svarande, som de är", "en": "Respondents as they are"},
        "respondents_blocked": {"sv": "Svarande, som de är", "en": "Respondents as they are"},
        "respondents_fe": {"sv": "Svarande, som de är", "en": "Respondents as they are"},
        "respondents_lin": {"sv": "Svarande, samverkande (Lin)", "en": "Respondents, interacted (Lin)"},
        # distribution over the draws of the assignment
        "draws_title": {
            "sv": "{outcome}: om lotten ensam hade avgjort",
            "en": "{outcome}: if chance alone had decided",
        },
        "draws_title_plain": {"sv": "Om lotten ensam hade avgjort", "en": "If chance alone had decided"},
        "draws_subtitle": {
            "sv": "Andel av de nya lottningarna efter skillnadens storlek, om insatsen inte påverkat någon.",
            "en": "Share of new draws of the assignment by size of the difference, had the arm changed nothing.",
        },
        "draws_subtitle_exact": {
            "sv": "Sannolikhet efter skillnadens storlek, om insatsen inte påverkat någon (exakt).",
            "en": "Probability by size of the difference, had the arm changed nothing (exact).",
        },
        "draws_note": {
            "sv": "I färg: minst lika långt ut som det observerade; dess andel ger p-värdet.",
            "en": "In colour: at least as far out as the observed difference; its share gives the p-value.",
        },
        "statistic": {
            "sv": "Skillnad i antal medelfel",
            "en": "Difference in number of standard errors",
        },
        "statistic_points": {
            "sv": "Skillnad från den väntade, procentenheter",
            "en": "Difference from the expected one, percentage points",
        },
        "observed_statistic": {"sv": "observerat {value}, {p}", "en": "observed {value}, {p}"},
        "draws_alt": {
            "sv": "Fördelning av skillnaden över nya lottningar. {tests}.",
            "en": "Distribution of the difference over new draws of the assignment. {tests}.",
        },
        # what a trial can detect
        "power_title_effect": {
            "sv": "Minsta skillnad som kan upptäckas",
            "en": "Smallest difference that can be detected",
        },
        "power_title_power": {
            "sv": "Sannolikhet att upptäcka en skillnad (styrka)",
            "en": "Chance of detecting a difference (power)",
        },
        "power_title_n_arm": {"sv": "Personer som behövs", "en": "Persons needed"},
        "power_axis_effect": {"sv": "Skillnad i procentenheter", "en": "Difference in percentage points"},
        "power_axis_power": {"sv": "Styrka", "en": "Power"},
        "power_axis_n_arm": {"sv": "Personer per grupp", "en": "Persons per arm"},
        "power_level": {"sv": "Nivå {level}", "en": "Level {level}"},
        "power_family": {"sv": "(en av {n} jämförelser)", "en": "(one of {n} contrasts)"},
        "power_at_power": {"sv": "Med {power} styrka.", "en": "At {power} power."},
        "power_at_effect": {"sv": "En skillnad på {effect}.", "en": "A difference of {effect}."},
        "power_at_baseline": {
            "sv": "Andel i jämförelsen antas vara {baseline}.",
            "en": "Share in the comparison assumed to be {baseline}.",
        },
        "power_note": {
            "sv": "Tvåsidigt test av två andelar, normalapproximation. Nivå: risken att se en skillnad som inte finns.",
            "en": "Two-sided test of two proportions, normal approximation. Level: the risk of seeing a difference that is not "
            "there.",
        },
        "power_alt_line": {
            "sv": "{name}: från {first} vid {at_first} till {last} vid {at_last}",
            "en": "{name}: from {first} at {at_first} to {last} at {at_last}",
        },
        # effects by site
        "sites_title": {"sv": "{site}: effekten på varje plats", "en": "{site}: the effect in each place"},
        "sites_note": {
            "sv": "Raderna är ordnade efter skattningen: även lika effekter ser då ut att skilja sig åt.",
            "en": "Rows are sorted by estimate: even equal effects then look as if they differed.",
        },
        "sites_test": {
            "sv": "Test av att effekten är densamma överallt: {p}.",
            "en": "Test that the effect is the same everywhere: {p}.",
        },
        "sites_alt": {
            "sv": "{shown} av {all} platser visas, med skattningar från {low} till {high}.",
            "en": "{shown} of {all} places are shown, with estimates from {low} to {high}.",
        },
        "sites_alt_none": {
            "sv": "{shown} av {all} platser visas.",
            "en": "{shown} of {all} places are shown.",
        },
        # participant flow
        "flow_title": {"sv": "Deltagare från förfrågan till analys", "en": "Participants from invitation to analysis"},
        "flow_subtitle": {"sv": "Antal personer.", "en": "Number of persons."},
        "asked": {"sv": "Tillfrågade", "en": "Asked"},
        "assessed": {"sv": "Bedömda", "en": "Assessed"},
        "consented": {"sv": "Samtyckte", "en": "Consented"},
        "randomised": {"sv": "Randomiserade", "en": "Randomised"},
        "started": {"sv": "Påbörjade insatsen", "en": "Started the intervention"},
        "observed": {"sv": "Kan följas till utfallet", "en": "Followed to the outcome"},
        "analysed": {"sv": "Ingår i analysen", "en": "Analysed"},
        "declined": {"sv": "Tackade nej", "en": "Declined"},
        "not_randomised": {"sv": "Inte randomiserade", "en": "Not randomised"},
        "not_started": {"sv": "Påbörjade inte insatsen", "en": "Did not start the intervention"},
        "follow_up_incomplete": {"sv": "Utan full uppföljning", "en": "Without full follow-up"},
        "excluded": {"sv": "Bortfall", "en": "Left"},
        "n_is": {"sv": "n = {n}", "en": "n = {n}"},
        "flow_reason": {"sv": "{reason}:\u00a0{n}", "en": "{reason}:\u00a0{n}"},
        "flow_alt_arms": {"sv": "{stage} ({arms})", "en": "{stage} ({arms})"},
    }
)
