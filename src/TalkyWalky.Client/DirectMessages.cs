using System.Text.Json.Serialization;
using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>What can be asked of direct mode: two devices, no server between them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(Listen), "listen")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Status), "status")]
public abstract record DirectRequest
{
    private DirectRequest() { }

    /// <summary>Waits for others; asked again while it waits already, it says where.</summary>
    /// <param name="Address">Of this computer; null: all of them.</param>
    /// <param name="Port">0: any free one.</param>
    public sealed record Listen(string? Address, int Port) : DirectRequest;

    /// <param name="User">Username of the person who shall be there; somebody else is refused.</param>
    public sealed record Connect(string User, string Host, int Port) : DirectRequest;

    /// <summary>Ends all direct connections and waits for no more.</summary>
    public sealed record Stop : DirectRequest;

    public sealed record Status : DirectRequest;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(State), "state")]
[JsonDerivedType(typeof(Connected), "connected")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record DirectAnswer
{
    private DirectAnswer() { }

    public sealed record State(DirectState Now) : DirectAnswer;

    public sealed record Connected(DirectLineInfo Line) : DirectAnswer;

    public sealed record Refused(string Why) : DirectAnswer;

    public sealed record Unreachable(string Why) : DirectAnswer;
}

/// <param name="Port">Where this device waits for others; null when it does not.</param>
/// <param name="Addresses">How others may reach it there: ADDRESS:PORT.</param>
/// <param name="Lines">The direct connections, the oldest first.</param>
public sealed record DirectState(int? Port, IReadOnlyList<string> Addresses, IReadOnlyList<DirectLineInfo> Lines);

/// <summary>A direct connection to a device that proved whose it is.</summary>
/// <param name="Username">As its certificate says.</param>
public sealed record DirectLineInfo(UserId User, string Username, DeviceId Device, string Address, DateTimeOffset Since);
