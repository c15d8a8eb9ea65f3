using Microsoft.Extensions.Logging;
using TalkyWalky.Client.Engine;
using TalkyWalky.Client.Store;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Send;

/// <summary>
/// What is written and not yet accepted. While there is a connection, each contact with something to send has one lane, so that a person who cannot
/// receive delays nobody else.
/// </summary>
internal sealed class Outbox(Database database, EventHub events, ClientEnvironment environment, ILogger log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, RunningLane> _lanes = [];
    private readonly Dictionary<MessageId, (long Contact, TaskCompletionSource<SendOutcome> Outcome)> _waiters = [];
    private readonly Dictionary<long, Signal> _carriers = [];
    private SendContext? _context;

    public Database Database => database;

    public EventHub Events => events;

    public ClientEnvironment Environment => environment;

    public ILogger Log => log;

    /// <summary>Completes when the message's fate is known for now: sent, failed, or waiting for a reason.</summary>
    public Task<SendOutcome> Watch(MessageId message, long contact)
    {
        lock (_gate)
        {
            if (!_waiters.TryGetValue(message, out var waiter))
                _waiters.Add(message, waiter = (contact, new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)));
            return waiter.Outcome.Task;
        }
    }

    public void Resolve(MessageId message, SendOutcome outcome)
    {
        (long, TaskCompletionSource<SendOutcome> Outcome) waiter;
        lock (_gate) _waiters.Remove(message, out waiter);
        waiter.Outcome?.TrySetResult(outcome);
    }

    /// <summary>Tells those who wait for messages to this contact (null: to anyone who has no direct connection) that they stay queued, and why.</summary>
    public async Task ReleaseAsync(long? contact, string why)
    {
        List<MessageId> waiting;
        lock (_gate)
        {
            waiting = [.. _waiters.Where(one => contact is null ? !_carriers.ContainsKey(one.Value.Contact) : one.Value.Contact == contact).Select(static one => one.Key)];
        }

        foreach (var id in waiting)
        {
            var message = await database.RunAsync(rows => rows.Messages.Find(rows.Messages.Owner.User, id), CancellationToken.None);
            Resolve(id, message is null ? new SendOutcome.Refused(why) : new SendOutcome.Queued(message, why));
        }
    }

    /// <summary>A name turned out to be a person already known: what was written to the one goes to the other.</summary>
    public void Move(long from, long to)
    {
        lock (_gate)
        {
            foreach (var (id, waiter) in _waiters.Where(one => one.Value.Contact == from).ToList()) _waiters[id] = (to, waiter.Outcome);
        }

        Poke(to);
    }

    /// <summary>Somebody's devices changed: the next message of a room looks them up again, as one to a person always does.</summary>
    public void DevicesChanged()
    {
        lock (_gate) _context?.Readership.Forget();
    }

    /// <summary>A newer CRL is here: what waited for it goes on, and everybody's devices are looked at again.</summary>
    public void StatusChanged()
    {
        lock (_gate)
        {
            _context?.Readership.Forget();
            foreach (var lane in _lanes.Values) lane.Wake.Raise();
        }
    }

    /// <summary>While there is a server: what the log says of this person's devices is remembered for when there is none.</summary>
    public async Task SeeAsync(UserId user, string username)
    {
        SendContext? context;
        lock (_gate) context = _context;
        if (context is null) return;
        try
        {
            await context.Rosters.LookUpAsync(user, username);
        }
        catch (OperationCanceledException) when (context.Ended.IsCancellationRequested)
        {
            // There is none any more.
        }
    }

    /// <summary>What messages waited for is here.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            foreach (var lane in _lanes.Values) lane.Wake.Raise();
        }
    }

    /// <summary>There may be something to send to this contact.</summary>
    public void Poke(long contact)
    {
        lock (_gate)
        {
            if (_carriers.TryGetValue(contact, out var carrier)) carrier.Raise();
            if (_context is not { } context) return;
            if (_lanes.TryGetValue(contact, out var running))
            {
                running.IsPoked = true;
                running.Wake.Raise();
                return;
            }

            running = new RunningLane();
            _lanes.Add(contact, running);
            running.Task = Task.Run(() => RunLaneAsync(context, contact, running), CancellationToken.None);
        }
    }

    /// <summary>A direct connection takes what is written to this contact, until it lets go.</summary>
    public void Carry(long contact, Signal wake)
    {
        lock (_gate) _carriers[contact] = wake;
    }

    public void LetGo(long contact)
    {
        lock (_gate) _carriers.Remove(contact);
    }

    public bool IsCarried(long contact)
    {
        lock (_gate) return _carriers.ContainsKey(contact);
    }

    /// <summary>There are direct connections, and no server.</summary>
    public bool IsDirectOnly
    {
        get
        {
            lock (_gate) return _context is null && _carriers.Count > 0;
        }
    }

    /// <summary>There is a server that seals go to.</summary>
    public bool IsOnline
    {
        get
        {
            lock (_gate) return _context is not null;
        }
    }

    public bool IsIdle
    {
        get
        {
            lock (_gate) return _lanes.Count == 0;
        }
    }

    /// <summary>Sends for as long as the connection lives.</summary>
    public async Task RunAsync(SendContext context)
    {
        lock (_gate) _context = context;
        try
        {
            foreach (var contact in await database.RunAsync(static rows => rows.Outbox.Contacts(), CancellationToken.None)) Poke(contact);
            await UntilEndedAsync(context.Ended);
        }
        finally
        {
            Task[] running;
            lock (_gate)
            {
                _context = null;
                running = [.. _lanes.Values.Select(static lane => lane.Task)];
            }

            await Task.WhenAll(running);
            lock (_gate) _lanes.Clear();
        }
    }

    public static async Task UntilEndedAsync(CancellationToken ended)
    {
        var over = new TaskCompletionSource();
        await using var registration = ended.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), over);
        await over.Task;
    }

    private Task RunLaneAsync(SendContext context, long contact, RunningLane running) => context.GuardAsync(
        async () =>
        {
            while (!context.Ended.IsCancellationRequested)
            {
                await new Lane(this, context, contact, running.Wake).RunAsync();
                lock (_gate)
                {
                    if (!running.IsPoked && _lanes.Remove(contact)) return;
                    running.IsPoked = false;
                }
            }
        },
        log);

    private sealed class RunningLane
    {
        public Signal Wake { get; } = new();

        public bool IsPoked { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
