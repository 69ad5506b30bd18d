"""The survey of the 53 ethnic minorities, made up: its households, their interviews, the communes.

households: who lives there · interviews: the household form, whole · languages, work, motherhood:
what each person is asked beyond the census · holdings: land, animals, poverty, services ·
communes: the commune form.
"""
