namespace TalkyWalky.Gateway;

/// <summary>Every wait of a session in one place (docs/protocol.md section 7).</summary>
internal static class GatewayTimes
{
    /// <summary>From the challenge to the whole Hello.</summary>
    public static readonly TimeSpan Hello = TimeSpan.FromSeconds(10);

    /// <summary>Between the clocks of a device and the gateway, either way.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>One frame that the peer does not take up.</summary>
    public static readonly TimeSpan SlowPeer = TimeSpan.FromSeconds(60);

    /// <summary>To finish what a session has begun, and again for the peer to answer the goodbye.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    /// <summary>The longest that a change made by another process stays unseen here.</summary>
    public static readonly TimeSpan RosterLife = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A room's device map so young is not read again before a refusal: that costs tens of milliseconds for a thousand people, and who asks again and again
    /// shall not take them all. Changes made in this process are seen at once all the same.
    /// </summary>
    public static readonly TimeSpan RoomRosterRest = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at everyone who is connected.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(30);
}
