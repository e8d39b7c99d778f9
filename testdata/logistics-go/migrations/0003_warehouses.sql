CREATE TABLE warehouses (
    id        bigserial PRIMARY KEY,
    code      text NOT NULL UNIQUE,
    city      text NOT NULL,
    postcode  text NOT NULL,
    volume    integer NOT NULL -- litres
);

CREATE TABLE bins (
    id            bigserial PRIMARY KEY,
    warehouse_id  bigint NOT NULL REFERENCES warehouses (id),
    label         text NOT NULL,
    volume        integer NOT NULL,
    used          integer NOT NULL DEFAULT 0
);
