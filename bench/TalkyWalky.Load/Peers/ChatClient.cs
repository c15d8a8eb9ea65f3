namespace TalkyWalky.Load.Peers;

/// <summary>One person's connection to a server under test.</summary>
internal abstract class ChatClient : IAsyncDisposable
{
    /// <summary>So many of the messages that were sent here were answered. Only of servers that answer: <see cref="IRunningPeer.Answers"/>.</summary>
    public Action<int>? Answered { get; set; }

    /// <summary>So many messages arrived here.</summary>
    public Action<int>? Delivered { get; set; }

    /// <summary>Completes with the first thing that went wrong.</summary>
    public abstract Task Failed { get; }

    /// <summary>From now on this person is there: may send, and receives what waits.</summary>
    public abstract Task EnterAsync(CancellationToken cancellation);

    /// <summary>Whom <see cref="Send"/> sends to. One caller at a time, as for <see cref="Send"/>.</summary>
    public abstract void WriteTo(int person);

    /// <summary>As <see cref="WriteTo"/>, to one who is away: a server that answers nothing is asked something after each message, and its answer is the message's.</summary>
    public virtual void WriteToAbsent(int person) => WriteTo(person);

    /// <summary>To the room of <see cref="Crowd.IsRoom"/>.</summary>
    public abstract void WriteToRoom();

    /// <summary>Hands so many messages to the connection and does not wait.</summary>
    public abstract void Send(int count);

    public abstract ValueTask DisposeAsync();
}
