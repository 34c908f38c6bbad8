"""Are the zones of a dual-slot antenna rounder than those of a monopole?"""
