"""When does a thermocouple at the posterior wall stop an ablation, and what is ablated by then?"""
