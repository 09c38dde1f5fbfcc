"""The words of the figures, each in Swedish and English."""

from __future__ import annotations

from effektutv.language import Catalogue

__all__ = ["WORDS"]

#: Axis labels, headings, notes and alt texts; default labels of the keys that the trial's own tables have.
WORDS = Catalogue(
    {
        "not_shown": {"sv": "visas inte", "en": "not shown"},
        "not_available": {"sv": "uppgift finns inte", "en": "not available"},
        "month_n": {"sv": "månad {month}", "en": "month {month}"},
        "randomisation": {"sv": "lottningen", "en": "randomisation"},
        "start": {"sv": "start", "en": "start"},
        "versus": {"sv": "{arm} mot {control}", "en": "{arm} vs {control}"},
        "everyone": {"sv": "Alla", "en": "Everyone"},
        "missing": {"sv": "uppgift saknas", "en": "missing"},
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
            "sv": "Tiden räknas från egen start: jämförelsen skyddas då inte av lottningen.",
            "en": "Time runs from each person's own start: the comparison is then not protected by randomisation.",
        },
        "profile_alt": {
            "sv": "{outcome} vid månad {month}{since}: {shares}. Linjerna går från månad {first} till månad {last}.",
            "en": "{outcome} at month {month}{since}: {shares}. The lines run from month {first} to month {last}.",
        },
        # balance
        "love_title": {
            "sv": "Skillnader mellan grupperna före start",
            "en": "Differences between the arms at baseline",
        },
        "love_subtitle": {
            "sv": "Standardiserad skillnad i medelvärde för varje par av grupper. {n}.",
            "en": "Standardised mean difference for each pair of arms. {n}.",
        },
        "smd_axis": {"sv": "Standardiserad skillnad i medelvärde", "en": "Standardised mean difference"},
        "smd_raw": {"sv": "Ofylld: utan vägning", "en": "Hollow: unweighted"},
        "smd_weighted": {"sv": "Fylld: vägd efter stratum", "en": "Filled: weighted by stratum"},
        "smd_largest": {"sv": "Största", "en": "Largest"},
        "love_note": {
            "sv": "Streckade linjer vid ±{limit}. Raderna är ordnade efter den största skillnaden utan vägning, oavsett tecken.",
            "en": "Dashed lines at ±{limit}. Rows are ordered by the largest unweighted difference, whatever its sign.",
        },
        "love_alt": {
            "sv": "{rows} rader. Störst skillnad: {label}, {value}. {above} av raderna ligger utanför ±{limit}.",
            "en": "{rows} rows. Largest difference: {label}, {value}. {above} of the rows lie beyond ±{limit}.",
        },
        "love_alt_hidden": {"sv": "{n} av raderna visas inte.", "en": "{n} of the rows are not shown."},
        # effects
        "forest_title": {"sv": "Effekt: {outcome}", "en": "Effect: {outcome}"},
        "forest_title_month": {"sv": "Effekt: {outcome}, månad {month}", "en": "Effect: {outcome}, month {month}"},
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
        "ci": {"sv": "{level} KI", "en": "{level} CI"},
        "n_pair": {"sv": "Personer", "en": "Persons"},
        "n_pair_note": {
            "sv": "Personer: i gruppen / i jämförelsen. KI: konfidensintervall.",
            "en": "Persons: in the arm / in the comparison. CI: confidence interval.",
        },
        "interaction_two": {"sv": "{second} minus {first}", "en": "{second} minus {first}"},
        "interaction_joint": {"sv": "Lika effekt i alla grupper?", "en": "Same effect in all groups?"},
        "interaction_p": {"sv": "interaktion {p}", "en": "interaction {p}"},
        "lower": {"sv": "lägre än jämförelsen", "en": "lower than comparison"},
        "higher": {"sv": "högre än jämförelsen", "en": "higher than comparison"},
        "forest_alt": {
            "sv": "{contrast}: {estimate}, {level} konfidensintervall {interval}",
            "en": "{contrast}: {estimate}, {level} confidence interval {interval}",
        },
        "forest_alt_hidden": {"sv": "{contrast}: visas inte", "en": "{contrast}: not shown"},
        "forest_alt_absent": {"sv": "{contrast}: uppgift finns inte", "en": "{contrast}: not available"},
        "forest_alt_interaction": {
            "sv": "Interaktion {subgroup}, {contrast}: {p}.",
            "en": "Interaction {subgroup}, {contrast}: {p}.",
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
        "bars_total": {"sv": "Totalt", "en": "Total"},
        "bars_alt": {"sv": "{arm}: totalt {total}, varav {parts}", "en": "{arm}: {total} in total, of which {parts}"},
        "bars_not_to_scale": {
            "sv": "Rutan är inte i skala: andelen visas inte, för att skydda enskilda personer.",
            "en": "The box is not to scale: the share is not shown, to protect individuals.",
        },
        "bars_not_to_scale_absent": {
            "sv": "Rutan med – är inte i skala: uppgift finns inte.",
            "en": "The box with – is not to scale: not available.",
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
        "randomised": {"sv": "Lottade", "en": "Randomised"},
        "started": {"sv": "Påbörjade insatsen", "en": "Started the intervention"},
        "observed": {"sv": "Kan följas till utfallet", "en": "Followed to the outcome"},
        "analysed": {"sv": "Ingår i analysen", "en": "Analysed"},
        "declined": {"sv": "Tackade nej", "en": "Declined"},
        "not_randomised": {"sv": "Lottades inte", "en": "Not randomised"},
        "not_started": {"sv": "Påbörjade inte insatsen", "en": "Did not start the intervention"},
        "follow_up_incomplete": {"sv": "Kan inte följas hela tiden", "en": "Not followed all the way"},
        "excluded": {"sv": "Bortfall", "en": "Left"},
        "n_is": {"sv": "n = {n}", "en": "n = {n}"},
        "flow_alt": {"sv": "{stages}.", "en": "{stages}."},
        "flow_alt_stage": {"sv": "{stage}: {n}", "en": "{stage}: {n}"},
        "flow_alt_arms": {"sv": "{stage}: {n} ({arms})", "en": "{stage}: {n} ({arms})"},
    }
)
