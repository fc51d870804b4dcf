println(1 !in [2])  // expect error: Groovy 2.4 has no `!in`
