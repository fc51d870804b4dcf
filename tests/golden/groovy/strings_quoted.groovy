println('single $x ${y} "quotes"')
println("double 'quotes'")
println('tab\tnewline\\n quote\' dollar\$ unicode\u0041 octal\101')
println("esc \$notvalue \${neither} \"quoted\"")
println 'joined \
line'.size()
println '''three
lines'''.readLines()
println("""it's "quoted" ${1 + 1}""".toString())
println '''\
first line skipped'''
println("".size())
println('\b\f\r'.size())

// expect: single $x ${y} "quotes"
// expect: double 'quotes'
// expect: tab	newline\n quote' dollar$ unicodeA octalA
// expect: esc $notvalue ${neither} "quoted"
// expect: 11
// expect: [three, lines]
// expect: it's "quoted" 2
// expect: first line skipped
// expect: 0
// expect: 3
