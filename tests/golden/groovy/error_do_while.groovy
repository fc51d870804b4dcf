def x = 0
do { x++ } while (x < 3)  // expect error: Groovy 2.4 has no do/while loop
