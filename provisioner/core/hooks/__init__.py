"""Webhooks: who sent one, whether it is genuine, and which sources it wakes.

In: a delivery, the rule of its hook, and what the hook may wake. Out: a judgement. Nothing here knows of HTTP beyond headers and a body,
and nothing raises for what a stranger sent.
"""
