-- Twenty response duties over a caseload's tables, as a good hand would write them: duties are rows, events are labelled
-- once, and the first fulfilment and the first exception are each one join and a minimum (ASOF joins, which sort by the
-- textual keys, took half as long again here; subqueries for each row longer still).
--
-- Given: tables duty (duty, trigger, fulfilment, exception, span, unit) and working_day (number, day), both small;
-- views events and event_object over the caseload; $as_at, the day from which it is seen.
-- Gives: case, instance, duty, subject, outcome, start, due, done.
--
-- It knows what these duties and this log need and no more: nobody joins late, no case closes, every event names the
-- children it is about, nothing carries a condition, and no event both starts and excuses a duty.

WITH
-- Each event once for each child that it names, as far as it had happened and was on the record.
labelled AS (
    SELECT event."case", event.id, event.type, event.happened, tie.object AS child
    FROM events AS event
    JOIN event_object AS tie ON tie."case" = event."case" AND tie.event = event.id AND tie.qualifier = 'child'
    WHERE event.happened <= $as_at AND event.recorded < $as_at + INTERVAL 1 DAY
),

-- Every day with the number of the last working day up to it: so many working days after it is so many numbers on.
counted AS (
    SELECT CAST(one.day AS DATE) AS day, working_day.number
    FROM range(DATE '2019-12-01', DATE '2028-12-01', INTERVAL 1 DAY) AS one(day)
    ASOF JOIN working_day ON working_day.day <= one.day
),

deadline AS (
    SELECT duty.duty, counted.day AS start,
           CASE duty.unit WHEN 'days' THEN counted.day + duty.span ELSE last.day END AS due
    FROM duty
    CROSS JOIN counted
    LEFT JOIN working_day AS last ON last.number = counted.number + duty.span
),

started AS (
    SELECT row_number() OVER () AS number, duty.duty, duty.fulfilment, duty.exception,
           event."case", event.child, event.id, event.happened AS start, deadline.due
    FROM labelled AS event
    JOIN duty ON duty.trigger = event.type
    JOIN deadline ON deadline.duty = duty.duty AND deadline.start = event.happened
),

fulfilled AS (
    SELECT started.number, min(event.happened) AS done
    FROM started
    JOIN labelled AS event
        ON event."case" = started."case" AND event.child = started.child
        AND event.type = started.fulfilment AND event.happened >= started.start
    GROUP BY started.number
),

excepted AS (
    SELECT started.number, min(event.happened) AS excused
    FROM started
    JOIN labelled AS event
        ON event."case" = started."case" AND event.child = started.child
        AND event.type = started.exception AND event.happened >= started.start
    GROUP BY started.number
),

settled AS (
    SELECT * FROM started LEFT JOIN fulfilled USING (number) LEFT JOIN excepted USING (number)
)

SELECT
    "case",
    duty || '/' || "case" || '/' || child || '/' || id AS instance,
    duty,
    child AS subject,
    CASE
        WHEN done <= due THEN 'met'
        WHEN excused <= due THEN 'excused'
        WHEN done > due THEN 'late'
        WHEN $as_at <= due THEN 'due'
        ELSE 'breached'
    END AS outcome,
    start,
    due,
    CASE WHEN done <= due OR excused IS NULL OR excused > due THEN done END AS done
FROM settled
