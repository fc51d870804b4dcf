def t = { it ? 'T' : 'F' }
println(t(null) + t(false) + t(0) + t('') + t([]) + t([:]) + t(0.0) + t("${''}"))  // expect: FFFFFFFF
println(t(true) + t(1) + t('false') + t('0') + t([0]) + t([a: null]) + t(-1) + t(new Object()))  // expect: TTTTTTTT
println(t('abc' =~ /b/) + t('abc' =~ /x/))  // expect: TF
println(!'x')  // expect: false
println(!!'x')  // expect: true
println((null ?: 'default'))  // expect: default
println(('' ?: 'default'))  // expect: default
println(('set' ?: 'default'))  // expect: set
println(true && 'x')  // expect: true
println(false || null)  // expect: false
