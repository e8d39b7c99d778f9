-- Append only. Numbers and not ids: devices know nothing else.
CREATE TABLE tracking_events (
    id           bigserial PRIMARY KEY,
    number       text NOT NULL,
    kind         text NOT NULL,
    place        text,
    latitude     double precision,
    longitude    double precision,
    device       text,
    happened_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX tracking_events_number ON tracking_events (number, happened_at);

CREATE TABLE tracking_rides (
    vehicle_id  bigint NOT NULL,
    number      text NOT NULL,
    since       timestamptz NOT NULL,
    PRIMARY KEY (vehicle_id, number)
);
