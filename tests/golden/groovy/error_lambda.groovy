def f = (x) -> x  // expect error: Groovy 2.4 has no lambdas
