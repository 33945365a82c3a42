namespace GpuVSphere.Simulator.Model;

/// <summary>Ids of a device that a dynamic backing takes; they are unsigned on the wire.</summary>
internal sealed record AllowedDevice(int VendorId, int DeviceId, int? SubVendorId, int? SubDeviceId)
{
    public bool Takes(CardModel card) =>
        card.VendorId == VendorId && card.DeviceId == DeviceId
        && (SubVendorId is null || SubVendorId == card.SubVendorId)
        && (SubDeviceId is null || SubDeviceId == card.SubDeviceId);
}
