"""The built-in measures of cells: one module a family, a pure function each over aligned arrays."""
