namespace TalkyWalky.Client.Engine;

/// <summary>How the connection stands, for everyone who asks; tells listeners when it changes.</summary>
internal sealed class ConnectionStatus(EventHub events)
{
    private readonly Lock _gate = new();
    private ConnectionState _state = ConnectionState.Connecting;
    private string? _trouble;

    public (ConnectionState State, string? Trouble) Now
    {
        get
        {
            lock (_gate) return (_state, _trouble);
        }
    }

    public void Set(ConnectionState state, string? trouble)
    {
        lock (_gate)
        {
            if (_state == state && string.Equals(_trouble, trouble, StringComparison.Ordinal)) return;
            (_state, _trouble) = (state, trouble);
        }

        events.Publish(new ChatEvent.ConnectionChanged(state, trouble));
    }
}
