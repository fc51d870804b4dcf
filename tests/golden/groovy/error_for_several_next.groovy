for (i = 0; i < 2; i++, j++) { println i }  // expect error: Groovy 2.4 has one expression here in a for loop
