def i = 5
println(i++)  // expect: 5
println(i)  // expect: 6
println(++i)  // expect: 7
println(i--)  // expect: 7
println(--i)  // expect: 5
i += 10
println(i)  // expect: 15
i -= 3; i *= 2; i /= 4
println(i)  // expect: 6
def m = [n: 1]
m.n++
m.n += 5
m['n'] *= 2
println(m)  // expect: [n:14]
def l = [1, 2]
l[0]++
l[1] += 10
println(l)  // expect: [2, 12]
def s = 'a'
s += 'b'
s *= 2
println(s)  // expect: abab
def p = 2
p **= 3
println(p)  // expect: 8
def q = [1]
q += 2
q += [3, 4]
println(q)  // expect: [1, 2, 3, 4]
