-- For wrk: sends the requests of a file one after the other, byte by byte as they are.
-- The file holds, for each request, its length in eight digits and then the request.
local requests, count, at = {}, 0, 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  while true do
    local length = file:read(8)
    if not length then break end
    count = count + 1
    requests[count] = file:read(tonumber(length))
  end
  file:close()
end

-- Past the end it begins again: a server that looks at nonces then answers 401, which the harness counts.
function request()
  at = at % count + 1
  return requests[at]
end

function done(summary, latency)
  io.write(string.format('RESULT {"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
