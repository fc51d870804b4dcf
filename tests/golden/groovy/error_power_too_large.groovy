println(10 ** 37 > 1)  // expect: true
println(10 ** 39)      // expect error: a number needs more than 38 digits, which is not supported
