"""Cell scores with uncertainty: denominators, penetration, potential, gap, workload."""
