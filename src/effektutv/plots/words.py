"""The words of the figures, each in Swedish and English."""

from __future__ import annotations

from effektutv.language import Catalogue

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
        "share_axis": {"sv": "Andel i procent", "en": "Share, per cent"},
        # shares by month
        "profile_title": {
            "sv": "{outcome}: andel efter månader sedan {clock}",
            "en": "{outcome}: share by months since {clock}",
        },
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
        "survival_competing": {
            "sv": "Den som dör eller flyttar från Sverige innan dess räknas kvar i nämnaren (konkurrerande händelser).",
            "en": "Who dies or leaves Sweden before that stays in the denominator (competing events).",
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
            "sv": "Störst skillnad utan vägning: {label}, {value}. {above} av {rows} rader ligger utanför ±{limit}.",
            "en": "Largest unweighted difference: {label}, {value}. {above} of {rows} rows lie beyond ±{limit}.",
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
        "interaction_all": {"sv": "Interaktion: alla grupper", "en": "Interaction: all groups"},
        "lower": {"sv": "← lägre än jämförelsen", "en": "← lower than comparison"},
        "higher": {"sv": "högre än jämförelsen →", "en": "higher than comparison →"},
        "ci_words": {"sv": "konfidensintervall", "en": "confidence interval"},
        "forest_alt": {"sv": "{first}{effects}.", "en": "{first}{effects}."},
        "forest_alt_interactions": {"sv": "Interaktioner: {tests}.", "en": "Interactions: {tests}."},
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
