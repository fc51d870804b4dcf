def sb = new StringBuilder()
sb << 'a'
sb.append('b').append(1)
println(sb.toString())  // expect: ab1
println(sb.length())  // expect: 3
println(sb)  // expect: ab1
def s = 'x' << 'y'
println(s.toString())  // expect: xy
println("$sb")  // expect: ab1
