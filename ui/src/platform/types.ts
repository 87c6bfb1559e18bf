/**
 * The server's values by the names that screens use. Their shapes are the server's own: `openapi.ts` is generated from
 * its document by `npm run types`, so that a screen and a server that no longer fit refuse to build.
 *
 * Amounts are integers in minor units of `currency`, with its `exponent`; quantities are integers in steps of
 * 10^-`scale`; times are RFC 3339 in UTC.
 */
import type { components } from './openapi'

export type { paths } from './openapi'
type Schemas = components['schemas']

export type Channel = { code: string; kind: string; name: string }
export type CustomerBrief = Schemas['CustomerBrief']
export type Customer = Schemas['CustomerView']
export type Company = Schemas['CompanyView']
export type CompanyBuyer = Schemas['BuyerView']
export type CompanyBuyers = Schemas['Buyers']
export type BuysFor = Schemas['BuysFor']
export type ApprovalRequest = Schemas['RequestBrief']
export type Household = Schemas['HouseholdView']
export type HouseholdSpending = Schemas['HouseholdSpending']
export type Review = Schemas['Review']
export type ReviewPage = Schemas['ReviewPage']
export type MatchPolicy = Schemas['Policy']
export type Survivorship = Schemas['Survivorship']
export type Evidence = Schemas['Evidence']
export type Person = Schemas['Person']
export type MergeEdge = Schemas['Merge']
export type Location = Schemas['LocationView']
export type Till = Schemas['MyTill']
export type Me = Schemas['Me']

export type ItemBrief = Schemas['ItemBrief']
export type Item = Schemas['ItemOffer']
export type Variant = Schemas['Offer']
export type Availability = Schemas['Availability']
export type AdjustmentReason = Exclude<Schemas['Reason'], 'imported'>
export type Movement = Schemas['MovementView']
export type StockRow = Schemas['StockRow']
export type StockAt = Schemas['StockAt']
export type StockState = 'available' | 'on_hand' | 'reserved' | 'picked' | 'in_transit' | 'to_inspect' | 'damaged'
export type VariantStock = Schemas['VariantStock']
export type StandingAt = Schemas['StandingAt']
export type Coming = Schemas['Coming']
export type Claim = Schemas['Claim']
export type Backorder = Required<Schemas['Backorder']>
export type BackorderKind = Schemas['BackorderKind']
export type Lot = Schemas['Lot']
export type Traced = Schemas['Traced']
export type TillLease = Schemas['TillLease']
export type LeasedLine = Schemas['LeasedLineView']
export type InboundBrief = Schemas['InboundBrief']
export type Inbound = Schemas['Inbound']
export type InboundLine = Schemas['InboundLine']
export type LotQuantity = Schemas['LotQuantity']
export type CountBrief = Schemas['CountBrief']
export type Count = Schemas['CountView']
export type Found = Schemas['Found']
export type CountLine = Schemas['CountedView']
export type Policy = Schemas['PolicyView']
export type SourcingRules = Schemas['Rules']
export type SourcingRulesPage = Schemas['RulesPage']
export type Replay = Schemas['Replay']
export type NetworkNode = Schemas['Node']
export type BookingResource = Schemas['ResourceView']
export type Booking = Schemas['Booking']
export type TimeSlot = Schemas['Slot']
export type ResourceEdit = Schemas['ResourceEdit']
export type Overcommitted = Schemas['Overcommitted']
export type CarrierService = Schemas['CarrierService']
export type Holiday = Schemas['Holiday']
export type Explained = Schemas['Explained']
export type ExplainedPage = Schemas['ExplainedPage']

export type Total = Schemas['TotalView'] | Schemas['OrderTotal']
export type Paper = Schemas['DocumentView']
export type JournalCheck = Schemas['Verification']
export type Cart = Schemas['CartView']
export type Rule = Schemas['pricing_types_promotions_Rule']
export type Scope = Schemas['Scope']
export type Promotion = Schemas['Promotion']
export type CouponBatch = Schemas['CouponBatch']
export type PriceList = Schemas['PriceList']
export type ListPrice = Schemas['ListPrice']
export type TriedPromotion = Schemas['pricing_api_trying_Tried']
export type Category = Schemas['Category']
export type Segment = Schemas['Segment']
export type PeopleCounted = Schemas['PeopleCounted']
export type Condition = Segment['condition']
export type Discount = Schemas['Discount']
export type Carriage = Schemas['CarriageRates']
export type CarriageRate = Schemas['CarriageRate']
export type CarriageTried = Schemas['CarriageTried']
export type CarriageCharge = Schemas['CarriageCharge']
export type Option = Schemas['fulfillment_types_promise_Option']
export type PostalPoint = Schemas['PostalPoint']
export type OrderCarriage = Schemas['OrderCarriage']
export type CartLine = Schemas['CartLineView']
export type Change = Schemas['ChangeView']
export type Baton = Schemas['BatonView']

export type FulfillmentChoice = Schemas['Choice']
export type Method = Schemas['Method']
export type Checkout = Schemas['CheckoutView']
export type OrderState = Schemas['orders_types_order_State']
export type OrderBrief = Schemas['OrderBrief']
export type ItineraryStop = Schemas['StopView']
export type Order = Schemas['OrderView']
export type EditedOrder = Schemas['EditedView']
export type Happening = Schemas['HappeningView']
export type Eligibility = Schemas['Eligibility']
export type FoundOrder = Schemas['FoundOrder']
export type ReturnMade = Schemas['ReturnView']
export type Background = Schemas['Background']

/** A refusal on the wire: RFC 9457, and besides whatever data its code carries. */
export type ProblemBody = {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  errors?: { field: string; message: string }[]
  [key: string]: unknown
}
export type CashMoveKind = Schemas['CashMoveKind']
export type TillClose = Schemas['TillClose']
export type TillReport = Schemas['TillReport']
export type Turnover = Schemas['Turnover']
export type GiftCard = Schemas['GiftCard']
export type IssuedCard = Schemas['IssuedCard']
export type RefundMade = Schemas['RefundView']
export type PaymentAsked = Schemas['RequestedPayment']
export type Market = Schemas['MarketView']
export type Programme = Schemas['ProgrammeView']
export type Terms = Schemas['Terms']
export type TriedTerms = Schemas['orders_http_earning_Tried']
export type CardBatch = Schemas['BatchRow']
export type PrintedBatch = Schemas['PrintedBatch']
export type CardPolicy = Schemas['CardPolicyRow']
export type Liability = Schemas['Liability']
export type Membership = Schemas['Membership']
export type Claimed = Schemas['Claimed']
export type Work = Required<Schemas['WorkView']>
export type WorkLine = Schemas['WorkLineView']
export type WorkState = Schemas['Progress']
export type Parcel = Schemas['ParcelView']
export type Run = Schemas['RunView']
export type Arrival = Schemas['ArrivalView']
/** What a carrier tells of a parcel, whatever it calls it. */
export type ParcelStatus =
  | 'pre_transit'
  | 'in_transit'
  | 'out_for_delivery'
  | 'available_for_pickup'
  | 'delivered'
  | 'return_to_sender'
  | 'failure'
  | 'canceled'
  | 'unknown'
export type ComparedDays = Schemas['ComparedDays']
export type BooksDay = Schemas['DayView']
export type BooksOf = Schemas['BooksView']
export type BooksDifference = Schemas['DifferenceView']
export type OwedPage = Schemas['InvoicePage']
export type OwedInvoice = Schemas['InvoiceView']
export type Debtor = Schemas['DebtorView']
export type RefundPolicyPage = Schemas['RefundPolicies']
export type RefundPolicyOf = Schemas['MarketPolicy']
export type TriedRefund = Schemas['TriedRefund']
export type ReturnPolicyList = Schemas['PolicyList']
export type ReturnPolicyRow = Schemas['PolicyRow']
export type TriedPolicies = Schemas['TriedPolicies']
export type Judged = Schemas['Eligible']
export type Wave = Schemas['Wave']
export type WaveWhole = Schemas['WaveView']
export type WaveStop = Schemas['WalkStop']
export type TimelinePage = Schemas['TimelinePage']
export type TimelineEntry = Schemas['Entry']
export type PurposeOf = Schemas['PurposeView']
export type ConsentsOf = Schemas['Consents']
export type ExportOf = Schemas['Export']
export type ErasurePage = Schemas['Erasures']
export type ErasureOf = Schemas['Erasure']
export type ErasureWhole = Schemas['ErasureWhole']
export type SuppressionPage = Schemas['Suppressions']
export type SuppressionOf = Schemas['Suppression']
export type RetentionOf = Schemas['Retention']
export type RetentionRule = Schemas['RetentionRule']
export type DueOf = Schemas['Due']
export type LookPage = Schemas['Looks']
