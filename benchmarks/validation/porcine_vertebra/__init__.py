"""Are ablation zones in bone smaller than in soft tissue under the same setting?"""
