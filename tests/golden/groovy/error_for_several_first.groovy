for (i = 0, j = 1; i < 2; i++) { println i }  // expect error: Groovy 2.4 has one expression here in a for loop
