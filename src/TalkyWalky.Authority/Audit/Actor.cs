using System.Globalization;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>Who did something, as log and audit trail name them.</summary>
public sealed record Actor
{
    private readonly string _name;

    private Actor(string name) => _name = name;

    /// <summary>By itself, as its configuration says.</summary>
    public static Actor Authority { get; } = new("authority");

    /// <summary>The organisation's directory, which does not have somebody any more.</summary>
    public static Actor Directory { get; } = new("directory");

    /// <param name="uid">Of the process that asked; null where the system does not tell.</param>
    public static Actor Administrator(uint? uid) => new(uid is { } known ? string.Create(CultureInfo.InvariantCulture, $"administrator uid {known}") : "administrator");

    /// <summary>By password.</summary>
    public static Actor Person(UserId user) => new($"user {user}");

    /// <summary>By its identity certificate.</summary>
    public static Actor Device(DeviceId device) => new($"device {device}");

    public override string ToString() => _name;
}
