"""Manufactured solutions of the nonlinear bioheat equation, and the orders they show."""
