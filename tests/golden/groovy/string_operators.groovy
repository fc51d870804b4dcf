println('a' + 1 + null + true)  // expect: a1nulltrue
println(1 + 'a')  // expect: 1a
println(1 + 2 + 'a')  // expect: 3a
println('ab' * 3)  // expect: ababab
println('hello' - 'l')  // expect: helo
println('hello'[0] + 'hello'[-1])  // expect: ho
println('hello'[1..3])  // expect: ell
println('hello'[-3..-1])  // expect: llo
println('hello'[0, 2])  // expect: hl
println('a'..'e')  // expect: [a, b, c, d, e]
println('x' + [1, 2])  // expect: x[1, 2]
println('x' + [a: 1])  // expect: x[a:1]
println('abc' - ~/b/)  // expect: ac
println('hello'[3..1])  // expect: lle
