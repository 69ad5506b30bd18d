"""Whether the server keeps its promises while everything around it breaks.

    scripts/faults --tablets 60 --seconds 20     a trial; ends with 1 if a promise was broken
    scripts/faults --mutants                     the same against servers with a planted fault each

Simulated tablets with stores of their own sync through a proxy that drops, halves, repeats, delays
and cuts off what passes, while web workers, RQ workers, Valkey and PostgreSQL are killed, the disk
is full, and the office revokes tablets, hands work over, publishes and changes keys. What the
tablets made and what they were promised is written into a history. Then the faults end, the tablets
send what is left, and the checker compares: the history, the tablets' stores, the database, the
bytes of the bodies, the API and the export have to tell the same.

    trial        one trial from beginning to end
    stage        everybody who takes part, ready to begin
    place        the servers, a database for each trial
    disk         what its tables and photos lie on, which may be full
    country      areas, units, people and tablets of a trial
    staff        the processes of the server, started again whenever they end
    nemesis      who is killed when
    ambush       that it is in the moment of a promise
    office       what is revoked, handed over, published and rotated meanwhile
    desk         what people in the field get there
    proxy        the network between tablets and server
    writers      what a kind of client does here, and the crowd of them
    crew         which of them there are
    tablets      the reference client as a writer
    collecting   ODK Collect as a writer
    albums       photos that come with interviews
    pocket       where it keeps its interviews
    openrosa     how it spells and sends them
    visits       what its enumerator writes: interviews, edits, shared households
    draining     what comes after the faults
    history      what everybody noted, line by line
    account      the history, read back
    left         what is on a device in the end
    asking       the API, as supervisors and managers ask it
    watch        somebody who looks at coverage all the time
    final        what the server holds and tells in the end
    kept_files   its photos
    page         its page of coverage
    evidence     all of that
    checks       the comparison
    mutating     what a planted fault is
    mutants      those that the checker has to find; mutants_of_files: of photos
    planted      the server's processes with one of them
    proving      the checker on trial

A trial is drawn from its seed; when processes take their turns is not. A checker is only worth
something if it fails where the server is broken: that is what the mutants are for, and no product
code knows of them.
"""
