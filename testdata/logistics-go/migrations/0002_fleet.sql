CREATE TABLE vehicles (
    id          bigserial PRIMARY KEY,
    plate       text NOT NULL UNIQUE,
    depot       text NOT NULL,
    capacity    integer NOT NULL, -- kg
    loaded      integer NOT NULL DEFAULT 0,
    in_service  boolean NOT NULL DEFAULT true
);

CREATE TABLE drivers (
    id          bigserial PRIMARY KEY,
    name        text NOT NULL,
    phone       text NOT NULL,
    licence     text NOT NULL,
    vehicle_id  bigint REFERENCES vehicles (id)
);

CREATE TABLE tours (
    id          bigserial PRIMARY KEY,
    vehicle_id  bigint NOT NULL REFERENCES vehicles (id),
    driver_id   bigint REFERENCES drivers (id),
    day         date NOT NULL,
    stops       integer NOT NULL DEFAULT 0
);
