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

    /// <summary>Between two looks at whether the other gateways were heard.</summary>
    public static readonly TimeSpan Listening = TimeSpan.FromSeconds(2);

    /// <summary>So many looks after another everyone who is connected is named to the other gateways: every 10 seconds.</summary>
    public const int LooksForAttendees = 5;

    /// <summary>A gateway that was not heard of for so long is gone, and its people with it: two times that it names them may be lost, and with the look it is less than 30 seconds.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    /// <summary>Between two looks at the CRLs in the store, whatever is told: the broker may lose news.</summary>
    public static readonly TimeSpan StatusLook = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(30);
}
